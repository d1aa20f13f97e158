-- Less-than signs next to names stay comparisons.
local a, b, c, d = 1, 2, 3, 4
local function f(x, y) return x, y end
print(f(a < b, c > d))
print(a < b, (a < c) == (b < d))
if a < b and c > (d - 4) then print("compared") end
