-- Decimal and hexadecimal integers; leading zeros mean nothing.
print(0, 7, 010, 007, 1234567890)
print(0x10, 0xff, 0XFF, 0xA, 0x7fffffffffffffff)
print(0xffffffffffffffff, 0x10000000000000000)
print(9223372036854775807, math.type(9223372036854775807), math.type(9223372036854775808))
print(-9223372036854775808, math.mininteger)
