-- A value of another type passes: annotations are for the checker.
local function f(n: number): string return n end
local s: string = 5
local t: { x: number } = "no table"
print(f("text"), s, t, math.type(f(1)))
