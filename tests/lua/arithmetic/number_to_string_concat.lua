-- Numbers concatenate as their text.
print(1 .. "", 1.5 .. "", -3 .. "x")
print(2.0 .. "", 10 / 2 .. "|")
print(1e100 .. "")
print(math.type(1 .. 2))
