-- A string that doubles without end stops at a limit, with an error.
local ok, err = pcall(function()
  local s = ("x"):rep(1 << 20)
  for _ = 1, 40 do s = s .. s end
  return #s
end)
print(ok, type(err))
