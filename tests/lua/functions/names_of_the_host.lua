-- Names that mean something in Python are ordinary names here.
local def, class, import, None, self, lambda, pass, yield, async = 1, 2, 3, 4, 5, 6, 7, 8, 9
print(def + class + import + None + self + lambda + pass + yield + async)
local function try(except, finally, with) return except, finally, with end
print(try(1, 2, 3))
len, str, int, list, dict, __builtins__, __name__ = 1, 2, 3, 4, 5, 6, 7
print(len, str, int, list, dict, __builtins__, __name__)
local t = { class = 1, __class__ = 2, __dict__ = 3, from = 4 }
print(t.class, t.__class__, t.__dict__, t.from, t.__doc__, t.get, t.items)
function t.lambda(is_none) return is_none end
print(t.lambda(t.raise))
