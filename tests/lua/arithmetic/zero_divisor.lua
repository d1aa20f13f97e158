-- Integer division and remainder by zero raise; by a float zero they do not.
local zero = 0
print(pcall(function() return 1 // zero end))
print(pcall(function() return 1 % zero end))
print(1 / zero, -1 / zero, 1 // 0.0)
