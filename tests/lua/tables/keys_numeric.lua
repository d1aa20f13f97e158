-- Whole floats and integers are one key.
local t = {}
t[1] = "a"
t[2.0] = "b"
t[-1] = "c"
t[0.5] = "d"
print(t[1.0], t[2], t[-1.0], t[0.5], #t)
print(math.type(next({ [3.0] = true })))
t[2^53] = "big"
print(t[2^53], t[9007199254740992])
