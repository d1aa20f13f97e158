-- A table of two hundred thousand elements.
local t = {}
for i = 1, 200000 do t[i] = i end
print(#t, t[200000])
for i = 200000, 100001, -1 do t[i] = nil end
print(#t)
