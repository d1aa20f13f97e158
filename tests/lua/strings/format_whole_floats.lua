-- %s and tostring agree on whole floats, %d takes them.
print(string.format("%s %s %d", 5.0, 10 / 2, 4.0))
