-- Where the first operand is fine, the second is named.
local t = { n = 1 }
print(pcall(function() local x return t.n + x end))
print(pcall(function() local x, y = 1 return x % y end))
print(pcall(function() local x, y = 1 return x // y end))
