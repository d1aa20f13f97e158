-- Recursion through __tostring.
local t = setmetatable({}, {})
getmetatable(t).__tostring = function(x) return "<" .. tostring(x) .. ">" end
local ok, err = pcall(tostring, t)
print(ok, tostring(err):match("stack overflow"))
