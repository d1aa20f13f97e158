-- Builtins name the argument, what they expect and what they got.
print(pcall(function() string.rep({}, 1) end))
print(pcall(function() string.rep("x", "many") end))
print(pcall(function() math.floor("x") end))
print(pcall(function() table.concat(1) end))
print(pcall(function() setmetatable(1, {}) end))
print(pcall(function() table.insert(nil, 1) end))
print(pcall(function() string.sub("x", 1.5) end))
print(pcall(function() ("x"):rep(nil) end) == false)
