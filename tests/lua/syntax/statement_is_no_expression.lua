-- A lone expression is no statement.
local a = 1
a + 1
