-- Values passed out of coroutines.
local function numbers(n)
  return coroutine.wrap(function()
    for i = 1, n do coroutine.yield(i) end
  end)
end

return function()
  local total = 0
  for i in numbers(60000) do total = total + i end
  for _ = 1, 1000 do total = total + numbers(1)() end
  return total
end
