-- The length of what has none.
print(pcall(function() local x return #x end))
print(pcall(function() local t = {} return #t.items end))
print(pcall(function() local n = 5 return #n end))
print(pcall(function() return #undefined end))
