-- Integer verbs of format.
print(string.format("%d|%5d|%-5d|%05d|%+d|% d", 42, 42, 42, 42, 42, 42))
print(string.format("%i %d %d", 3, -7, 3.0))
print(string.format("%x %X %#x %o %c%c", 255, 255, 255, 8, 72, 105))
print(string.format("%x", -1), string.format("%.3d", 5), string.format("%d", "12"))
print(string.format("%10.4d|", 42))
