-- A position outside the sequence raises.
local t = { 1, 2, 3 }
print(pcall(function() return table.remove(t, 5) end))
print(pcall(function() return table.remove(t, 0) end))
print(pcall(function() return table.remove(t, -1) end))
print(pcall(function() return table.remove({}, 2) end))
