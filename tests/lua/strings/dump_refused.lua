-- dump exists and raises: compiled code does not leave the runtime.
print(pcall(function() return string.dump(function() end) end))
