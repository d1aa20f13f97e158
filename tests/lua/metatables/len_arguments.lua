-- A unary metamethod gets its operand twice.
local t = setmetatable({}, {
  __len = function(...) return select("#", ...) end,
  __unm = function(a, b) return rawequal(a, b) end,
  __bnot = function(a, b) return rawequal(a, b) end,
})
print(#t, -t, ~t)
