-- __gc and __mode may be set and have no effect that a program sees.
local t = setmetatable({ {} }, { __gc = function() print("never") end, __mode = "k" })
t = nil
print("end")
