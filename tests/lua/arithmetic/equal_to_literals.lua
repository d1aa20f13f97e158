-- Values of every type compared with integer literals.
local values = {true, false, 1, 0, 1.0, 0.0, "1", "0", 2, 2.0, "2", -1, -1.0, 0/0, {}, print}
for _, v in ipairs(values) do
  print(type(v), v == 1, v == 0, v ~= 1, v ~= 0, 1 == v, 0 ~= v, v == 2, 2 ~= v, v == -1, -1 ~= v)
end
local x
print(x == 1, x == 0, x ~= 0, nil == 1, 0 ~= nil)
local t = setmetatable({}, {__eq = function() return true end})
print(t == 1, 1 == t, t ~= 2, t == 2)
local function give(...) return ... end
print(give(1, 2) == 1, give() == 0, give(true) == 1, give(2, 1) ~= 2, 3 == give(3, 4), give() ~= 5)
local n = 0
local function count() n = n + 1 return n end
print(count() == 1, count() ~= 1, count() == 3, n)
for i = 10, 1, -3 do if i ~= 7 then print(i) end end
for i = 1, 10, 4 do if 5 == i then print("five") end end
for i = 1, 0 do print("never", i) end
for i = 3, 3 do print("once", i) end
