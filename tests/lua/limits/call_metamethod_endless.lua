-- Recursion through __call; a chain of callables and one that is its own __call, which end at once.
local t = setmetatable({}, {})
getmetatable(t).__call = function() local x = t() return x end
print(select(2, pcall(t)):match("stack overflow"))
getmetatable(t).__call = t
print(pcall(t, 1))
local chain = tostring
for _ = 1, 5000 do chain = setmetatable({}, { __call = chain }) end
print(pcall(chain))
