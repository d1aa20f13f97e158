-- Floats: fractions, exponents, hexadecimal ones.
print(1.5, .5, 3., 0.25e2, 1e3, 1E-2, 2e+1)
print(0x.8, 0x1p4, 0xA.8p0, 0x1P-2)
print(math.type(3.), math.type(1e3), math.type(0x1p4), math.type(0x10))
print(1e400, -1e400)
