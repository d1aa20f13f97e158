-- Positional, named and computed fields.
local t = { 10, 20, x = 1, ["y z"] = 2, [100] = 3, 30; 40, }
print(#t, t[1], t[2], t[3], t[4], t.x, t["y z"], t[100])
print(#{}, #{ n = 1 }, next({}))
local nested = { { 1, 2 }, { a = { b = "deep" } } }
print(nested[1][2], nested[2].a.b)
