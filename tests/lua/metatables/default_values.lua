-- One metatable of defaults for many tables.
local defaults = { color = "red", size = 1 }
local mt = { __index = defaults }
local a, b = setmetatable({ size = 5 }, mt), setmetatable({}, mt)
b.color = "blue"
print(a.color, a.size, b.color, b.size, defaults.color)
