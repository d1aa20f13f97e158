-- Bitwise operators on what is no integer.
print(pcall(function() local a return a & 1 end))
print(pcall(function() local t = {} return 1 | t end))
print(pcall(function() local x = 1.5 return x ~ 1 end))
print(pcall(function() local x = 2^70 return x >> 1 end))
print(pcall(function() local s = "abc" return s & 1 end))
print(pcall(function() local t = {} return ~t end))
