-- All values are there before the first store.
local a, b, c = 1, 2, 3
a, b = b, a
print(a, b)
a, b, c = c, a
print(a, b, c)
local t = { 1, 2 }
local i = 1
i, t[i] = i + 1, 20
print(i, t[1], t[2])
t[1], t[2] = t[2], t[1]
print(t[1], t[2])
local function f() a = "changed" return "f" end
local x, y
x, y = a, f()
print(x, y, a)
local u = t
t, t[1] = nil, "old table"
print(t, u[1])
local function three() return 1, 2, 3 end
local p, q, r, s = 0, three()
p, q, r, s = three()
print(p, q, r, s)
p, q = three(), 10
print(p, q)
p, q = 1, 2, print("surplus is evaluated")
print(p, q)
local function swap(n, l, m) if n == 0 then return l, m end return swap(n - 1, m, l) end
print(swap(3, "l", "m"))
u.x, u.y, u[true], u.x = 1, 2, 3, 4
print(u.x, u.y, u[true])
