-- The raw functions see no metatable.
local t = setmetatable({}, { __index = function() return "virtual" end, __newindex = function() error("no") end })
print(t.x, rawget(t, "x"))
rawset(t, "x", 1)
print(t.x, rawget(t, "x"), rawset(t, "y", 2) == t)
print(rawequal(t, t), rawequal(t, {}), rawequal("a", "a"), rawequal(1, 2))
