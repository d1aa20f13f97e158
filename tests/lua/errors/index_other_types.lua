-- Only tables and strings can be indexed.
print(pcall(function() local n = 1 return n.x end))
print(pcall(function() local b = false return b.x.y end))
print(pcall(function() local f = function() end f.x = 1 end))
print(pcall(function() local s = "str" s.x = 1 end))
