-- Concatenation of strings and numbers, right associative.
print("a" .. "b" .. "c", 1 .. 2, "x" .. 1.5, "" .. "")
local parts = ""
for i = 1, 5 do parts = parts .. i .. "," end
print(parts)
