-- A metamethod set later counts from then on.
local mt = {}
local t = setmetatable({}, mt)
print(t.x, pcall(function() return t + 1 end))
mt.__index = function() return "found" end
mt.__add = function() return "added" end
print(t.x, t + 1)
mt.__index = nil
print(t.x)
