-- Concatenation names the value at fault.
local up
print(pcall(function() local name return "hello " .. name end))
print(pcall(function() local t = {} return t.title .. "!" end))
print(pcall(function() return "a" .. up .. "b" end))
print(pcall(function() local x = {} return x .. x end))
print(pcall(function() local b = true return 1 .. b end))
