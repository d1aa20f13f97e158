-- Infinities compare and print.
print(math.huge, -math.huge, 1 / 0, -1 / 0)
print(math.huge == 1 / 0, math.huge > math.maxinteger, -math.huge < math.mininteger)
print(math.huge - 1 == math.huge)
local x = math.huge - math.huge
print(x ~= x)
