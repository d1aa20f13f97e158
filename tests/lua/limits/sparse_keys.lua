-- Far keys cost nothing.
local t = { [1 << 40] = "far", [-(1 << 40)] = "near", [1e15] = "float" }
t[math.maxinteger], t[math.mininteger] = "max", "min"
print(t[1 << 40], t[-(1 << 40)], t[10^15 // 1 | 0], t[math.maxinteger], t[math.mininteger], #t)
