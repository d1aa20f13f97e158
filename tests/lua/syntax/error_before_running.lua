-- A syntax error anywhere keeps the whole chunk from running; nothing is printed.
print("must not appear")
local x = = 1
