-- Shifts are logical; a count beyond 63 gives zero; a negative count shifts the other way.
print(1 << 0, 1 << 4, 1 << 62, 1 << 63 == math.mininteger, 1 << 64, 1 << 100)
print(256 >> 4, -1 >> 60, -1 >> 63, -1 >> 64, -1 >> 1 == math.maxinteger)
print(1 << -1, 16 >> -2, 1 >> 1)
print(2 << math.mininteger, 2 >> math.maxinteger)
