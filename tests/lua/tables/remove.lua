-- remove from the end and in between gives the removed value.
local t = { "a", "b", "c", "d" }
print(table.remove(t), table.remove(t, 1), table.remove(t, 1), #t)
print(table.remove(t), table.remove(t), #t)
local e = {}
print(table.remove(e, 0), table.remove(e, #e), table.remove(e, 1))
t = { 1, 2, 3 }
print(table.remove(t, 4), #t)
