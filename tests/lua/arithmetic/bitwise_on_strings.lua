-- Numerals as strings take part in bitwise operations.
print("7" & 3, "0xff" | 0, "3.0" ~ 1, ~"0")
print(math.type("7" & 3))
print(pcall(function() return "a" & 1 end))
print(pcall(function() return "1.5" | 1 end))
