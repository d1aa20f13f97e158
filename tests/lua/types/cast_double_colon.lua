-- value :: T is the value.
local n = 5 :: number
local s = ("5" :: any) .. "x"
local t = { a = 1 :: integer, b = ("q" :: string):upper() }
print(n, s, t.a, t.b, (n :: any) + 1)
print("a" .. 1 + 2 :: string)
