-- The functions that the runtime adds to the 5.3 set.
print(math.pow(2, 8), math.log10(1000), math.ldexp(3, 4), math.mod(7, 4))
print(math.frexp(8))
print(math.sinh(0), math.cosh(0), math.tanh(0))
print(math.atan2(0, -1) == math.pi)
