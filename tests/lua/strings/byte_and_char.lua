-- byte gives codes, char makes a string of them.
print(("A"):byte(), ("ABC"):byte(1, -1))
print(("ABC"):byte(2), ("ABC"):byte(-1), ("ABC"):byte(10), select("#", ("ABC"):byte(10)))
print(string.char(72, 105), string.char() == "", #string.char(0, 255))
print(select("#", (""):byte(1, -1)), ("abc"):byte(2, 1))
print(pcall(function() return string.char(256) end))
print(pcall(function() return string.char(-1) end))
