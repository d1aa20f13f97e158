-- %a writes hexadecimal floats.
print(string.format("%a %a %a", 1, 0.5, -3.75))
print(string.format("%.2a", 1 / 3))
