-- __len, and rawget beside it.
local t = setmetatable({ 1, 2, 3 }, { __len = function() return 42 end })
print(#t)
print(#setmetatable({}, { __len = function() return "any value" end }))
print(pcall(function() return #5 end))
