-- __eq compares different tables only; the result is a boolean.
local mt = { __eq = function(a, b) return a.v == b.v and "yes" end }
local a, b, c = setmetatable({ v = 1 }, mt), setmetatable({ v = 1 }, mt), setmetatable({ v = 2 }, mt)
print(a == b, a == c, a ~= b, a ~= c, a == 1, a == nil)
print(rawequal(a, b))
local called = false
local d = setmetatable({}, { __eq = function() called = true return false end })
print(d == d, called, d == a, called)
print(a == {}, {} == a)
