-- unpack is also a global function.
print(unpack({ 1, 2, 3 }))
print(unpack({ "a", "b" }, 2), unpack == table.unpack)
