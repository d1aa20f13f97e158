-- Arithmetic names the operand that is at fault.
local up
print(pcall(function() local a return a + 1 end))
print(pcall(function() local a return 1 + a end))
print(pcall(function() local t = {} return t.count + 1 end))
print(pcall(function() return up * 2 end))
print(pcall(function() return missing_global - 1 end))
print(pcall(function() local a return -a end))
