-- Digits, dots and ranges that look alike.
local t = { 1.5, [2.5] = "x" }
print(t[1], t[2.5], 1 ..2, 0xA ..2)
local a = { { 7 } }
print(a[1][1], -a[1][1], #a[1])
