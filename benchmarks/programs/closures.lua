-- Closures made and called, variables shared by capture.
local function counter(step)
  local n = 0
  return function()
    n = n + step
    return n
  end
end

return function()
  local total = 0
  for i = 1, 40000 do
    local next_value = counter(i)
    next_value()
    next_value()
    total = total + next_value()
  end
  return total
end
