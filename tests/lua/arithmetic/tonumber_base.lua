-- tonumber with a base.
print(tonumber("ff", 16), tonumber("FF", 16), tonumber("zz", 36), tonumber("-101", 2), tonumber("777", 8))
print(tonumber("8", 8), tonumber("g", 16), tonumber("", 10), tonumber("1.5", 10))
print(tonumber(" 11 ", 2))
print(pcall(function() return tonumber("10", 1) end))
print(pcall(function() return tonumber("10", 37) end))
print(pcall(function() return tonumber(10, 16) end))
