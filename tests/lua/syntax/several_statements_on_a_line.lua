-- Statements need no separator.
local a = 1 local b = 2 print(a, b) a = 3 b = 4 print(a, b) do print(5) end
