-- %q writes what Lua reads back.
print(string.format("%q", 'a "quoted" \\ text'))
print(string.format("%q", "line\nbreak\0zero\r\t"))
print(string.format("%q", "\0001"), string.format("%q %q %q", 12, true, nil))
print(string.format("%q", math.mininteger), string.format("%q", 0.5))
