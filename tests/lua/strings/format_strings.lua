-- %s with width and precision; any value through tostring.
print(string.format("%s|%5s|%-5s|%.2s|%5.1s|", "abc", "abc", "abc", "abc", "abc"))
print(string.format("%s %s %s %s", nil, true, 12, 1.5))
print(string.format("%s", setmetatable({}, { __tostring = function() return "object" end })))
print(string.format("%%|%s", "100%"), string.format("no verbs"))
print(#string.format("%s", "a\0b"), string.format("%-20s|", "x"))
