-- Floats print with up to 14 significant digits, whole ones without a fraction.
print(0.1, 0.1 + 0.2, 1 / 3, 100.5, 1e100, 1e-10)
print(3.0, -2.0, 1e15, 123456789012.0)
print(3.14159265358979, 1234567.5, 2^24)
print(1e300 * 1e10, 5e-324 > 0)
