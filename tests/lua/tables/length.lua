-- The length of sequences as they grow and shrink.
local t = {}
for i = 1, 10 do t[i] = i end
print(#t)
t[10] = nil
t[9] = nil
print(#t)
t[#t + 1] = "x"
print(#t, t[9])
for i = #t, 1, -1 do t[i] = nil end
print(#t, next(t))
