-- getn is the length; maxn the largest positive numeric key.
print(table.getn({ 1, 2, 3 }), table.getn({}))
print(table.maxn({ 1, 2, [10] = true }), table.maxn({}), table.maxn({ x = 1 }))
