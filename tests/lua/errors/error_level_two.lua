-- Level 2 blames the caller.
local function check(x)
  if type(x) ~= "number" then error("number wanted", 2) end
  return x
end
print(pcall(function()
  local n = 1
  n = n + check("bad")
  return n
end))
