-- Long strings work as short ones do.
local s = ("0123456789"):rep(100000)
print(#s, s:sub(-3), s:find("9", 999991, true), select(2, s:gsub("5", "5")))
print(#(s .. s), #s:upper(), s:reverse():sub(1, 3))
