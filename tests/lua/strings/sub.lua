-- sub counts from both ends and clips.
local s = "hello"
print(s:sub(2, 4), s:sub(2), s:sub(-3), s:sub(-3, -2), s:sub(1, 1))
print(s:sub(0), s:sub(0, 2), s:sub(-100, 2), s:sub(4, 100), s:sub(3, 2) == "", s:sub(10) == "")
print(s:sub(2, -2), s:sub(math.mininteger, math.maxinteger), s:sub("2", 3.0))
print(pcall(function() return string.sub(s, 1.5) end))
print(pcall(function() return string.sub(s, {}) end))
