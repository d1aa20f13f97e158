-- pack, unpack and packsize of the common formats.
local data = string.pack(">I2 i4 z s1", 258, -2, "zero", "len")
print(#data, data:byte(1, 6))
print(string.unpack(">I2 i4 z s1", data))
print(string.packsize("<i4 i8 d"), string.packsize("!8 i1 i8"))
print(string.unpack("<d", string.pack("<d", 1.5)))
print(string.unpack("<I3", "\1\2\3"), string.unpack("b", "\255"), string.unpack("B", "\255"))
print(string.unpack("<i2", "\0\0\7\0", 3))
