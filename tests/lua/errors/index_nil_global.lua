-- Indexing nil names the global.
print(pcall(function() return settings.x end))
print(pcall(function() settings.x.y = 1 end))
