-- move copies ranges, overlapping ones too, and into other tables.
print(table.concat(table.move({ 1, 2, 3 }, 1, 3, 2), " "))
print(table.concat(table.move({ 1, 2, 3, 4 }, 2, 4, 1), " "))
print(table.concat(table.move({ 1, 2 }, 1, 2, 3, { 8, 9 }), " "))
local t = { 1, 2 }
print(table.move(t, 1, 0, 5) == t, #t)
print((pcall(table.move, {}, 1, math.maxinteger, 2)))
