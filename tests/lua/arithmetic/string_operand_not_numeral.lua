-- A string that is no numeral raises.
print(pcall(function() return "abc" + 1 end))
local word = "12x"
print(pcall(function() return 1 * word end))
print(pcall(function() return {} - "1" end))
