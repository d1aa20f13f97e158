-- Setting, getting and taking away.
local t, mt = {}, {}
print(setmetatable(t, mt) == t, getmetatable(t) == mt, getmetatable(setmetatable(t, nil)))
print(pcall(function() setmetatable(t, 5) end))
print(pcall(function() setmetatable(5, {}) end))
print(getmetatable(1), getmetatable(print), getmetatable(nil))
