-- A metamethod of several results gives one.
local t = setmetatable({}, { __index = function() return 1, 2, 3 end, __call = function() return 1, 2 end })
print(t.x, t())
local n = setmetatable({}, { __index = function() end })
print(n.x, select("#", n.x))
