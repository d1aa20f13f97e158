-- Indexing nil names the local variable.
print(pcall(function() local user return user.name end))
print(pcall(function() local user user.name = 1 end))
print(pcall(function(arg) return arg[1] end))
