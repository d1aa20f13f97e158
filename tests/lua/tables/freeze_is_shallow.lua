-- freeze does not reach into nested tables.
local t = table.freeze({ inner = {} })
t.inner.x = 1
print(t.inner.x, table.isfrozen(t.inner))
