-- gsub with a replacement text.
print(("hello"):gsub("l", "L"), ("hello"):gsub("l", "L", 1), ("hello"):gsub("x", "y"))
print(("hello world"):gsub("(%w+)", "<%1>"), ("hello world"):gsub("%w+", "%0 %0", 1))
print(("ab"):gsub("(a)(b)", "%2%1"), ("50%"):gsub("%%", "%% percent"))
print(("abc"):gsub("", "-"), ("abc"):gsub("b*", "x"), (""):gsub("", "x"))
print(("abc"):gsub(".", "", 0), ("abc"):gsub(".", "", -1), ("x"):gsub("x", 5))
