-- Assignment to nested and computed targets.
local t = { a = { b = {} } }
t.a.b.c = 1
t.a["b"].d = 2
t["a"]["b"][1] = 3
local k = "dyn"
t.a[k .. "amic"] = 4
print(t.a.b.c, t.a.b.d, t.a.b[1], t.a.dynamic)
