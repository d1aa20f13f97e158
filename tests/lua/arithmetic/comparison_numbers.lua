-- Integers and floats compare by mathematical value.
print(1 == 1.0, 1 < 1.5, 2 > 1.5, 1 <= 1.0, -1 < 0.0)
print(9007199254740993 == 9007199254740992.0)
print(9007199254740993 > 9007199254740992.0, 9007199254740993 < 9007199254740994.0)
print(math.maxinteger < 2^63, math.maxinteger == 2^63, math.mininteger == -2^63)
print(math.maxinteger + 0.0 > math.maxinteger)
print(1 ~= 1.0, 1 ~= 2)
