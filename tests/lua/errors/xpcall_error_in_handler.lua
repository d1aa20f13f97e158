-- An error in the handler does not escape.
local ok = xpcall(function() error("a") end, function() error("b") end)
print(ok)
