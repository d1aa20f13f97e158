-- Results may be called and indexed at once.
local function f() return { g = function() return function(x) return { y = x } end end } end
print(f().g()(5).y, (f()).g()("s").y:upper())
print(("x"):rep(3):upper():len())
