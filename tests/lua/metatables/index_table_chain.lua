-- __index as a table is followed through further metatables.
local a = { x = "a.x", y = "a.y" }
local b = setmetatable({ y = "b.y" }, { __index = a })
local c = setmetatable({}, { __index = b })
print(c.x, c.y, c.z)
a.z = "late"
print(c.z)
