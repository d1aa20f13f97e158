-- The metatable of strings leads to the string library.
print(getmetatable("").__index == string, getmetatable("a") == getmetatable("b"))
print(("x").upper("y"), #("abc"):rep(2))
