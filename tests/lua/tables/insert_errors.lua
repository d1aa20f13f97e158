-- What insert refuses.
local t = { 1, 2 }
print(pcall(function() table.insert(t, 5, "x") end))
print(pcall(function() table.insert(t, 0, "x") end))
print(pcall(function() table.insert(t) end))
print(pcall(function() table.insert(t, 1, 2, 3) end))
print(pcall(function() table.insert(nil, 1) end))
print(pcall(function() table.insert(t, "x", 1) end))
print(#t)
