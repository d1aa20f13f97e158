-- A caught error can be raised again unchanged.
local ok, err = pcall(function()
  local ok, err = pcall(function() error("first") end)
  error(err, 0)
end)
print(ok, err)
