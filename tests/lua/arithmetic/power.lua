-- Exponentiation always gives a float and associates to the right.
print(2 ^ 10, 2 ^ 0.5, 2 ^ -1)
print(2 ^ 3 ^ 2, (2 ^ 3) ^ 2)
print(-2 ^ 2, (-2) ^ 2)
print(math.type(2 ^ 2))
print(2 ^ 64, 10 ^ 20)
