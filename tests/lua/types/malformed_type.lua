-- A type expression that is none.
local x: = 5
