-- A whole float that fits no 64-bit integer prints with an exponent.
print(2^63, -2^63, 1e19, 1e20, 2^100)
print(1e18, 2^62, -2^62)
