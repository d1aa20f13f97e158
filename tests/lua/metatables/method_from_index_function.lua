-- A method found by an __index function.
local proxy = setmetatable({}, { __index = function(t, name) return function(self, x) return name, x, self == t end end })
print(proxy:anything(5))
