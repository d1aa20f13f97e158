-- Above 2^53 a float cannot tell neighbouring integers apart, an integer can.
local big = 9007199254740993
print(big, big + 0.0, big == big + 0.0)
print(string.format("%d", big), big // 1, big * 1)
print(math.tointeger(2^53), math.tointeger(2^53 + 1.0))
