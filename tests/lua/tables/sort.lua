-- sort of numbers and of strings.
local t = { 5, 2, 8.5, -1, 2, 0 }
table.sort(t)
print(table.concat(t, " "))
local words = { "pear", "Apple", "fig", "apple", "" }
table.sort(words)
print(table.concat(words, ","))
table.sort({})
local one = { 1 }
table.sort(one)
print(one[1])
