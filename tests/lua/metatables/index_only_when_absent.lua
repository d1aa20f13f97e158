-- __index is asked for absent keys alone; false is present.
local asked = 0
local t = setmetatable({ f = false, z = 0 }, { __index = function() asked = asked + 1 return "default" end })
print(t.f, t.z, t.n, asked)
t.n = "now there"
print(t.n, asked)
