-- create gives an empty table; freeze makes one read-only for good.
local t = table.create(10, 2)
print(#t, next(t), table.isfrozen(t))
t[1], t.x = "a", "b"
print(table.freeze(t) == t, table.isfrozen(t), t[1], t.x, #t)
print(pcall(function() t[1] = "z" end))
print(pcall(function() t.new = 1 end))
print(pcall(function() t.x = nil end))
print(t[1], t.x, t.new)
