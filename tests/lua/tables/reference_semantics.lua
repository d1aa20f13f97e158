-- Tables are shared, not copied.
local a = { n = 1 }
local b = a
b.n = 2
print(a.n, a == b, { 1 } == { 1 })
local function change(t) t.n = 3 t = {} end
change(a)
print(a.n)
