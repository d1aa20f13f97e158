-- Recursion through the callback of gsub.
local function g(s) return (s:gsub(".", g)) end
print(select(2, pcall(g, "x")):match("stack overflow"))
