-- Unary minus keeps the subtype.
local i, f = 5, 2.5
print(-i, -f, - -i, -(-f))
print(math.type(-i), math.type(-f))
print(-"3", -"0x10", -"1.5")
print(-0.0 == 0.0, 1 / -0.0)
