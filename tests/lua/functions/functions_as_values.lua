-- Functions are stored, passed and compared.
local ops = { add = function(a, b) return a + b end, ["sub"] = function(a, b) return a - b end }
local function apply(f, ...) return f(...) end
print(apply(ops.add, 1, 2), apply(ops["sub"], 5, 3), apply(math.max, 1, 9, 4))
local f = ops.add
print(f == ops.add, f == ops.sub, type(f), (function() end) == (function() end))
local function compose(f, g) return function(...) return f(g(...)) end end
print(compose(string.upper, string.reverse)("abc"))
