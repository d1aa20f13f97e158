-- Operands are evaluated from left to right.
local log = {}
local function v(name, value) log[#log + 1] = name return value end
local _ = v("a", 1) + v("b", 2) * v("c", 3)
print(table.concat(log, " "))
log = {}
local _ = { v("x", 1), v("y", 2), k = v("z", 3) }
print(table.concat(log, " "))
log = {}
print((function(...) return select("#", ...) end)(v("p", 1), v("q", 2), v("r", 3)), table.concat(log, " "))
