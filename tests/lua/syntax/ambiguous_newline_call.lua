-- A parenthesis on the next line continues the call, as the manual says.
local function f(x) return function(y) return x + y end end
local r = f(1)
(2)
print(r)
