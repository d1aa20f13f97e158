-- Sizes no machine has raise at once.
print((pcall(table.unpack, {}, 1, 1 << 40)), (pcall(table.create, 1 << 40, 0)), (pcall(table.create, -1, 0)))
print((pcall(string.char, table.unpack({ 1, 2, 300 }))))
