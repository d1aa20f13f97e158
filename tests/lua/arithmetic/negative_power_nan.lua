-- A negative base with a fractional exponent is not a number, and no error.
local x = (-8) ^ (1 / 3)
print(x ~= x)
print((-8) ^ 3, 0 ^ 0, 0 ^ -1)
print(10 ^ 400 == math.huge, 10 ^ -400)
