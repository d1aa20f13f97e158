-- insert at the end and in between.
local t = { "a", "b", "c" }
table.insert(t, "d")
table.insert(t, 1, "first")
table.insert(t, 3, "mid")
table.insert(t, #t + 1, "last")
print(table.concat(t, " "), #t)
