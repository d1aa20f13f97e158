-- A decimal numeral beyond 64 bits becomes a float, a hexadecimal one wraps.
print(tonumber("9223372036854775807"), tonumber("9223372036854775808"))
print(math.type(tonumber("9223372036854775807")), math.type(tonumber("9223372036854775808")))
print(tonumber("0xffffffffffffffff"), tonumber("0x1ffffffffffffffff"))
