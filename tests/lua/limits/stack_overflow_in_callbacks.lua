-- Recursion through gsub and sort callbacks.
local function g(s) return (s:gsub(".", g)) end
print(select(2, pcall(g, "x")):match("stack overflow"))
local function s() table.sort({ 1, 2, 3 }, s) return true end
print(select(2, pcall(s)):match("stack overflow"))
