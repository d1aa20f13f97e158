-- Keys below one, beside the list, in constructors with and without positional values.
local t = { [0] = "zero" }
print(t[0], #t)
t = { [0] = "zero", "one", [-1] = "minus", [3] = "three", "two" }
print(t[-1], t[0], t[1], t[2], t[3], #t)
t = { [1] = "keyed", "positional" }
print(t[1], #t)
local function two() return "a", "b" end
t = { [0] = 0, [3] = "c", two() }
print(t[0], t[1], t[2], t[3], #t)
