-- The bitwise operators on integers.
print(0xFF & 0x0F, 0xF0 | 0x0F, 0xFF ~ 0x0F, ~0)
print(5 & 3, 5 | 3, 5 ~ 3, ~5)
print(-1 & 0xFF, -1 | 0, -1 ~ -1)
print(math.type(1 & 1))
