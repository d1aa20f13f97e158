-- Recursion through __call, a chain of callables and one that is its own __call.
local t = setmetatable({}, {})
getmetatable(t).__call = function() local x = t() return x end
print(select(2, pcall(t)):match("stack overflow"))
getmetatable(t).__call = t
print(select(2, pcall(t, 1)):match("stack overflow"))
local chain = tostring
for _ = 1, 5000 do chain = setmetatable({}, { __call = chain }) end
print(select(2, pcall(chain)):match("stack overflow"))
