-- Integer arithmetic wraps around at 64 bits.
local max, min = math.maxinteger, math.mininteger
print(max + 1 == min, min - 1 == max)
print(max * 2, min * 2, max * max)
print(-min == min, math.abs(min) == min)
print(max + 1, min - 1)
print(5000000000 * 5000000000)
