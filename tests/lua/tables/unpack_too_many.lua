-- A range without bounds raises.
print(pcall(function() return table.unpack({}, 1, 1e8) end))
print(pcall(function() return table.unpack({}, 1, math.maxinteger) end))
print(pcall(function() return table.unpack({}, math.mininteger, math.maxinteger) end))
