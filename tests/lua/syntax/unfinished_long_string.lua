-- A long string that never ends.
local x = [[abc
def
