-- A key given twice keeps the later value; a positional one counts too.
local t = { x = 1, x = 2, [1] = "keyed", "positional" }
print(t.x, t[1])
