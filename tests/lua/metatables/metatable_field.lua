-- __metatable hides and protects the metatable.
local t = setmetatable({}, { __metatable = "locked" })
print(getmetatable(t))
print(pcall(function() setmetatable(t, {}) end))
print(getmetatable({}), getmetatable(setmetatable({}, nil)))
