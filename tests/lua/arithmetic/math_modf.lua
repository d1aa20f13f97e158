-- modf gives the whole and the fractional part.
print(math.modf(3.75))
print(math.modf(-3.75))
print(math.modf(5))
print(math.modf(math.huge))
