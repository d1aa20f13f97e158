-- A local is not visible in its own initial value.
x = "global"
local x = x
print(x)
local y = y
print(y)
local t = { f = function() return t end }
print(t.f())
