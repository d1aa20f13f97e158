-- Calling nil names the local or the upvalue.
local up
print(pcall(function() local f f() end))
print(pcall(function() up() end))
