-- Recursion through the comparator of sort.
local function s() table.sort({ 1, 2, 3 }, s) return true end
print(select(2, pcall(s)):match("stack overflow"))
