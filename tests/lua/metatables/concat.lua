-- __concat on either side, and in chains from the right.
local t = setmetatable({}, { __concat = function(a, b)
  return (type(a) == "table" and "T" or a) .. "+" .. (type(b) == "table" and "T" or b)
end })
print(t .. "x", "x" .. t, t .. t, 1 .. t)
print("a" .. "b" .. t, t .. "a" .. "b")
