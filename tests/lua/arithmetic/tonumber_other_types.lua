-- tonumber of values that are no text.
print(tonumber(5), tonumber(2.5), tonumber(nil), tonumber({}), tonumber(true), tonumber(print))
print(pcall(function() return tonumber() end))
