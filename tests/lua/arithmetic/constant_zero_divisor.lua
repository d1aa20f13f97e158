-- Constants are not folded into a different result.
print(pcall(function() return 5 // 0 end))
print(pcall(function() return 5 % 0 end))
print(5 / 0, -5 / 0)
