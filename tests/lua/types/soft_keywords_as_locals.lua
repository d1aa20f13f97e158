-- The extra words are ordinary names elsewhere.
local type_, is, as, readonly, extends, keyof, interface, asserts = 1, 2, 3, 4, 5, 6, 7, 8
print(is + as + readonly + extends + keyof + interface + asserts)
local fun = function(x) return x end
print(fun(1))
local function is_ok(is, as) return is and as end
print(is_ok(true, "as"))
as = 5
is = as
print(is, as)
