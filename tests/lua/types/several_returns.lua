-- Return types: one, several bare, several in parentheses, none.
local function a(): number, string return 1, "x" end
local function b(): (number, string, boolean) return 1, "x", true end
local function c(): () end
local function d(x: number): number? if x > 0 then return x end end
print(a())
print(b())
print(select("#", c()), d(1), (d(-1)))
