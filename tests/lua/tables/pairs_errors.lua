-- pairs of what is no table.
local function message(v)
  local ok, err = pcall(function() for k in pairs(v) do end end)
  return ok, err:match("table expected, got %a+")
end
print(message(nil))
print(message(5))
