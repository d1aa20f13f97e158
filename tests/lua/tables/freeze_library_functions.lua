-- The functions that change tables refuse frozen ones.
local t = table.freeze({ 3, 1, 2 })
print((pcall(table.insert, t, 4)), (pcall(table.remove, t)), (pcall(table.sort, t)), (pcall(rawset, t, 1, 0)))
print((pcall(setmetatable, t, {})))
print(table.concat(t, " "))
