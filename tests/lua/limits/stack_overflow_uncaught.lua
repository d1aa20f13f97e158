-- Uncaught, it ends the program with position and text.
local function f() return f() + 1 end
f()
