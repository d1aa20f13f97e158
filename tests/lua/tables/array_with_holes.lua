-- Elements beyond a hole are kept.
local t = { 1, 2, 3, 4, 5 }
t[3] = nil
print(t[1], t[2], t[3], t[4], t[5])
local n = 0
for _ in pairs(t) do n = n + 1 end
print(n)
t[3] = "back"
print(#t, t[3])
