-- Library tables are shared by all and cannot be changed.
print(pcall(function() string.trim = function() end end))
print(pcall(function() table.insert = nil end))
print(pcall(function() math.pi = 3 end))
print(pcall(function() os.time = print end))
print(pcall(function() coroutine.x = 1 end))
print(math.pi > 3, string.trim)
