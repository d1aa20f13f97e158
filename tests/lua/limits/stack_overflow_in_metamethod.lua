-- Recursion through metamethods.
local t = setmetatable({}, { __index = function(t, k) return t[k .. "x"] end })
local ok, err = pcall(function() return t.a end)
print(ok, tostring(err):match("stack overflow"))
local u = setmetatable({}, {})
getmetatable(u).__add = function(a, b) return a + b end
ok, err = pcall(function() return u + 1 end)
print(ok, tostring(err):match("stack overflow"))
