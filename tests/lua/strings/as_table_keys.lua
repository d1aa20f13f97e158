-- Equal strings are one key however they were made.
local t = {}
t["a" .. "b"] = 1
t[("ab"):sub(1, 2)] = 2
print(t.ab, next(t), #t)
t[table.concat { "a", "b" }] = 3
print(t.ab)
