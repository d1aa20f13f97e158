-- The remainder takes the sign of the divisor.
print(7 % 3, -7 % 3, 7 % -3, -7 % -3)
print(6 % 3, -6 % 3, 0 % 4)
print(math.mininteger % -1, math.mininteger % 10, math.maxinteger % -10)
print(math.type(7 % 3))
