-- A point or two of each transcendental function.
print(math.sqrt(16), math.sqrt(2), math.exp(0), math.log(1))
print(math.log(8, 2), math.log(1000, 10), math.log(81, 3))
print(math.sin(0), math.cos(0), math.tan(0), math.asin(1) * 2 == math.pi, math.acos(1), math.atan(1) * 4 == math.pi)
print(math.atan(1, -1) == 3 * math.pi / 4, math.atan(0, -1) == math.pi)
print(math.deg(math.pi), math.rad(180) == math.pi)
print(string.format("%.10f", math.pi))
