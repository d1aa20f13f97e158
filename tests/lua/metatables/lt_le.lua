-- __lt and __le; greater swaps the operands.
local mt = {
  __lt = function(a, b) return a.v < b.v end,
  __le = function(a, b) return a.v <= b.v end,
}
local a, b = setmetatable({ v = 1 }, mt), setmetatable({ v = 2 }, mt)
print(a < b, a > b, a <= b, a >= b, a <= a, a < a)
local m = setmetatable({}, { __lt = function(x, y) return type(x) .. type(y) end })
print(m < 1, 1 < m, m > "s")
