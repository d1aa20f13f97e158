-- What concat refuses.
print(pcall(function() return table.concat({ 1, {}, 3 }) end))
print(pcall(function() return table.concat({ 1, 2 }, ",", 1, 3) end))
print(pcall(function() return table.concat({ true }) end))
print(pcall(function() return table.concat(5) end))
