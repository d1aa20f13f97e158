-- Floor division of floats floors and stays a float.
print(7.5 // 2, -7.5 // 2, 7.9 // 1, -0.5 // 1)
print(math.type(7.5 // 2))
print(1.0 // 0 == math.huge, -1 // 0.0 == -math.huge)
local nan = 0.0 // 0
print(nan ~= nan)
