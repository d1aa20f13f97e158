-- A sequence filled from its end has its length once it is whole.
local t = {}
for i = 5, 1, -1 do t[i] = i end
print(#t)
t = { [1] = "a", [2] = "b", [3] = "c" }
print(#t)
t = { n = 0, [2] = "b" }
t[1] = "a"
print(#t)
