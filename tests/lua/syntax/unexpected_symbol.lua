-- An expression is missing.
local a = 1
local b = +
print(a, b)
