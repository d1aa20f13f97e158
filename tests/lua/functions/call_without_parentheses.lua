-- A single string or table argument needs no parentheses.
local function f(x) return type(x) == "table" and x[1] or x end
print(f "text", f [[long]], f { "item" })
local o = { f = function(_, x) return x end }
print(o:f "method", #f { { 1, 2 } })
print(type {}, f { f { "inner" } })
