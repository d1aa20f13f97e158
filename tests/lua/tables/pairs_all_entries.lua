-- pairs visits every entry once.
local t, sum, n = {}, 0, 0
for i = 1, 100 do t[i] = i end
for i = 1, 100 do t["k" .. i] = i end
t[-5], t[0], t[1.5], t[true] = 1, 1, 1, 1
for k, v in pairs(t) do sum = sum + v n = n + 1 end
print(sum, n)
