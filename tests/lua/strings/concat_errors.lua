-- Concatenation of other values raises.
print(pcall(function() return "a" .. nil end))
print(pcall(function() return {} .. "a" end))
print(pcall(function() return "a" .. true end))
local name
print(pcall(function() return "hello " .. name end))
print(pcall(function() return "a" .. function() end end))
