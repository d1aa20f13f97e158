-- Every arithmetic metamethod, with the operands in order.
local mt = {}
local function show(x) return type(x) == "table" and x.name or tostring(x) end
for _, op in ipairs { "add", "sub", "mul", "div", "mod", "pow", "idiv", "unm" } do
  mt["__" .. op] = function(a, b) return op .. "(" .. show(a) .. "," .. show(b) .. ")" end
end
local a, b = setmetatable({ name = "a" }, mt), setmetatable({ name = "b" }, mt)
print(a + b, a - 1, 2 * a, a / b, a % 3, 4 ^ a, a // b)
print(-a, 1 + a, a + "5", "5" - a)
