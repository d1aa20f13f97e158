-- find with the plain flag and with a start.
print(("hello world"):find("wor"), ("hello world"):find("xyz"))
print(("a.b"):find(".", 1, true), ("a.b"):find("."), ("a+b"):find("+", 1, true))
print(("hello"):find("l", 4), ("hello"):find("l", -1), ("hello"):find("l", -2))
print(("hello"):find(""), ("hello"):find("", 3), ("hello"):find("", 6), ("hello"):find("", 7), (""):find(""))
print(("hello"):find("h", -100), ("hello"):find("o", 100))
