-- One float operand makes the result a float.
print(1 + 2.0, 3 * 0.5, 5 - 1.0)
print(math.type(1 + 2.0), math.type(1 + 2), math.type(2.0 * 3.0))
print(math.maxinteger + 0.0 == 2^63)
print(math.maxinteger + 1.0 == math.maxinteger + 2.0)
