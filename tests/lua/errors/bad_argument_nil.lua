-- A nil argument is told from a right one.
print(pcall(function() string.upper(nil) end))
print(pcall(function() math.sqrt(nil) end))
