-- Whole floats are converted for bitwise operators, others raise.
print(3.0 & 1, 2^31 | 0, 7.0 ~ 2.0, ~0.0)
print(pcall(function() return 1.5 & 1 end))
print(pcall(function() return 2^64 | 0 end))
print(pcall(function() return 1 << 0.5 end))
