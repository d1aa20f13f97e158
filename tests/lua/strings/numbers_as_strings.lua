-- String functions accept numbers.
print(string.len(12), string.rep(7, 3), string.sub(12345, 2, 3), string.upper(1.5), string.format("%s", 3))
print(string.find(12345, 34), string.byte(7))
