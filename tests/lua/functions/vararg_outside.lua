-- Varargs belong to the function that declares them.
local function f() return ... end
print(f())
