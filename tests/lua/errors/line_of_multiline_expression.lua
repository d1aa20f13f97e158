-- The line is the one of the operation, not of the statement's start.
local ok, err = pcall(function()
  local t = {}
  local x = 1 +
    2 +
    t.a.b
  return x
end)
print(err)
