-- Not-a-number is unequal to everything, itself included.
local nan = 0 / 0
print(nan == nan, nan ~= nan, nan < 1, nan > 1, nan <= nan, nan >= nan)
print(not (nan < 1), 1 == nan)
local t = { nan }
print(t[1] == t[1], rawequal(nan, nan))
