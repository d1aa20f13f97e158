-- Every bitwise metamethod.
local mt = {}
local function show(x) return type(x) == "table" and "t" or tostring(x) end
for _, op in ipairs { "band", "bor", "bxor", "shl", "shr", "bnot" } do
  mt["__" .. op] = function(a, b) return op .. "(" .. show(a) .. "," .. show(b) .. ")" end
end
local t = setmetatable({}, mt)
print(t & 1, 1 | t, t ~ t, t << 2, 2 >> t, ~t)
print(1.5 & t, "x" | t)
