-- The slash always gives a float; whole floats print without a fraction.
print(10 / 2, 7 / 2, -1 / 4)
print(math.type(10 / 2), math.type(7 // 2), math.type(7.0 // 2))
print(1 / 3)
print(1e15 / 1, 2^53, 2^62)
