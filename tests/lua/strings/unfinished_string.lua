-- A quoted string ends on its line.
local x = "no end
print(x)
