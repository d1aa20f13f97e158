-- Indexing nil names the upvalue.
local conf
print(pcall(function() return conf.x end))
print(pcall(function() conf.x = 1 end))
