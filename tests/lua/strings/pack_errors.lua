-- What pack and unpack refuse.
print(pcall(function() return string.pack("i1", 200) end))
print(pcall(function() return string.unpack("i4", "abc") end))
print(pcall(function() return string.pack("i17", 1) end))
print(pcall(function() return string.packsize("s") end))
print(pcall(function() return string.pack("y", 1) end))
