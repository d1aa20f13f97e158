-- Annotated and plain names side by side.
local a, b: number, c = 1, 2, 3
local function f(x, y: number, z) return x + y + z end
local t: {number}, n = { 1, 2 }, 5
print(f(a, b, c), #t, n)
for i, v in ipairs(t :: {number}) do n = n + v end
print(n)
