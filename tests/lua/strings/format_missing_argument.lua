-- A verb without an argument raises.
local ok, err = pcall(function() return string.format("%s %s", 1) end)
print(ok, err:match("bad argument #3 to 'format'"))
