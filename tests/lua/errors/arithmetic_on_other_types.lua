-- Arithmetic on values of other types.
print(pcall(function() local t = {} return t * 2 end))
print(pcall(function() local b = true return b / 2 end))
print(pcall(function() local s = "abc" return s + 1 end))
print(pcall(function() local f = print return 2 ^ f end))
