-- local function is visible in its own body.
local function f(n) if n == 0 then return "done" end return f(n - 1) end
local g = f
f = nil
print(pcall(g, 1))
print(g(0))
