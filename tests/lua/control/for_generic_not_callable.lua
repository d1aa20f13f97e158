-- What is no iterator raises.
local ok, err = pcall(function() for x in 5 do end end)
print(ok, err:match("attempt to call a number value"))
ok, err = pcall(function() for x in nil do end end)
print(ok, err:match("attempt to call a nil value"))
