-- An iterator of a generic for may yield.
local co = coroutine.wrap(function()
  local sum = 0
  for i in function(_, c) c = (c or 0) + 1 if c <= 3 then return coroutine.yield(c) end end do sum = sum + i end
  return "sum " .. sum
end)
print(co())
print(co(1))
print(co(2))
print(co(3))
