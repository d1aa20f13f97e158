-- The first operand's metamethod is tried first.
local a = setmetatable({}, { __add = function() return "from a" end })
local b = setmetatable({}, { __add = function() return "from b" end, __sub = function() return "b sub" end })
print(a + b, b + a, a - b, 1 + b, b + 1)
print(pcall(function() return a - 1 end))
