-- floor and ceil give integers where they fit.
print(math.floor(3.7), math.floor(-3.7), math.ceil(3.2), math.ceil(-3.2), math.floor(5))
print(math.type(math.floor(3.7)), math.type(math.ceil(2^70)))
print(math.floor(2^70) == 2^70)
print(math.floor("3.7"))
print(pcall(function() return math.floor("x") end))
print(pcall(function() return math.floor({}) end))
