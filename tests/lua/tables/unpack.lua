-- unpack gives a range of elements, missing ones as nil.
print(table.unpack({ 1, 2, 3 }))
print(table.unpack({ 1, 2, 3 }, 2), table.unpack({ 1, 2, 3 }, 2, 3))
print(table.unpack({ 1, nil, 3 }, 1, 3))
print(select("#", table.unpack({}, 1, 4)), select("#", table.unpack({})), (table.unpack({ 7, 8 })))
print(table.unpack({ 1, 2 }, -1, 1))
