-- next steps through a table and ends with nil.
local t = { "a", "b", x = "c" }
local k, v = next(t)
print(k, v)
k, v = next(t, k)
print(k, v)
k, v = next(t, k)
print(k, v)
print(next(t, k))
print(next({}), next({}, nil), rawequal(next, next))
