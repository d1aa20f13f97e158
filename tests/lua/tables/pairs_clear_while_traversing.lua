-- Fields may be cleared and changed while pairs runs.
local t = {}
for i = 1, 50 do t[i] = i t["s" .. i] = i end
local n = 0
for k in pairs(t) do t[k] = nil n = n + 1 end
print(n, next(t))
t = { a = 1, b = 2, c = 3, 10, 20 }
for k, v in pairs(t) do t[k] = v * 2 end
print(t.a, t.b, t.c, t[1], t[2])
