-- true and 1, false and 0 are different keys.
local t = { [true] = "t", [false] = "f" }
print(t[1], t[0], t[true], t[false])
t[1] = "one"
t[0] = "zero"
print(t[1], t[0], t[true], t[false])
local n = 0
for _ in pairs(t) do n = n + 1 end
print(n)
