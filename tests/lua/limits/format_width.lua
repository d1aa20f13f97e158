-- A width of more than two digits is refused.
print((pcall(string.format, "%1000d", 1)), (pcall(string.format, "%.1000f", 1)))
print(#string.format("%99d", 1), #string.format("%.99f", 1 / 3))
