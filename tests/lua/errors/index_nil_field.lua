-- Indexing nil names the field it came from.
local t = { list = {} }
print(pcall(function() return t.a.b end))
print(pcall(function() return t.list.x.y end))
print(pcall(function() t.a.b = 1 end))
