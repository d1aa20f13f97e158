-- The extra words as fields, keys and methods.
local t = { type = 1, interface = 2, as = 3, asserts = 4, readonly = 5, is = 6, typeof = 7, keyof = 8, extends = 9, fun = 10 }
print(t.type, t.interface, t.as, t.asserts, t.readonly, t.is, t.typeof, t.keyof, t.extends, t.fun)
function t:is(x) return x end
function t.as(x) return x end
print(t:is("m"), t.as("f"))
t.type = "changed"
print(t.type, t["as"] ~= nil)
