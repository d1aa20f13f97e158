-- Calling nil names the global.
print(pcall(function() undefined_function() end))
print(pcall(function() undefined_function(1, 2) return 1 end))
