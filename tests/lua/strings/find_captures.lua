-- find gives the captures behind the positions.
print(("key = value"):find("(%w+)%s*=%s*(%w+)"))
print(("abc"):find("()b()"))
print(("abc"):find("^b"), ("abc"):find("^a"), ("abc"):find("c$"), ("abc"):find("b$"))
