-- match gives the captures, or the whole match without any.
print(("2024-05-17"):match("(%d+)-(%d+)-(%d+)"))
print(("hello"):match("l+"), ("hello"):match("x"), ("hello"):match(".-l"), ("hello"):match("^.*l"))
print(("  trim me  "):match("^%s*(.-)%s*$") .. "|")
print(("hello"):match("()ll()"))
print(("key"):match("(k)(e)(y)"))
print(("hello world"):match("%w+", 7), ("abc"):match("b", 3), ("abc"):match("", 4), ("abc"):match("", 5))
print(select("#", ("a"):match("b")))
