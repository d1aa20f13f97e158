-- Calling nil names the method.
local obj = {}
print(pcall(function() obj:start() end))
print(pcall(function() return obj:start(1) end))
print(pcall(function() return ("x"):nope() end))
