-- Float remainders: sign of the divisor, infinities.
print(5.5 % 2, -5.5 % 2, 5.5 % -2, -5.5 % -2)
print(5 % math.huge, -5 % math.huge == math.huge, 5 % -math.huge == -math.huge)
print(3.0 % 2, math.type(3 % 2.0))
local r = 5 % 0.0
print(r ~= r)
