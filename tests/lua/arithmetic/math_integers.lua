-- tointeger, type, ult, abs and fmod.
print(math.tointeger(3.0), math.tointeger(3.5), math.tointeger(2^63), math.tointeger({}))
print(math.type(1), math.type(1.0), math.type("1"), math.type(nil))
print(math.ult(1, 2), math.ult(-1, 2), math.ult(2, -1))
print(math.abs(-4), math.abs(-4.5), math.abs(math.mininteger))
print(math.fmod(7, 3), math.fmod(-7, 3), math.fmod(7, -3), math.fmod(-6, 2), math.fmod(5.5, 2))
print(pcall(function() return math.fmod(1, 0) end))
print(pcall(function() return math.type() end))
