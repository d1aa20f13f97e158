-- A repetition that cannot fit raises instead of eating the memory.
print(pcall(function() return ("x"):rep(1 << 40) end))
print(pcall(function() return ("abc"):rep(math.maxinteger) end))
print(pcall(function() return (""):rep(1 << 40, "ab") end))
