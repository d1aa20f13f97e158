-- Floor division rounds towards minus infinity for integers.
local a, b = 7, 2
print(a // b, -a // b, a // -b, -a // -b)
print(6 // 3, -6 // 3, 0 // 5, 1 // 2, -1 // 2)
print(math.mininteger // -1)
print(math.type(a // b))
