-- pcall gives true and all results.
print(pcall(function() return 1, nil, 3 end))
print(pcall(function() end))
print(pcall(function(...) return select("#", ...), ... end, 1, nil))
print(select("#", pcall(function() return nil end)))
print(pcall(math.max, 3, 7))
