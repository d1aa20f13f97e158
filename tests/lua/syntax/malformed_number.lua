-- A number runs into letters.
local x = 12abc
