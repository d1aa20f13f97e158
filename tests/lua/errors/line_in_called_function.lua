-- The line is where the error was, not where the call was.
local function second(t)
  return t.x.y
end
local function first(t)
  local r = second(t)
  return r
end
print(pcall(first, {}))
