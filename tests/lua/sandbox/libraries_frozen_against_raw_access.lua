-- Nor by rawset, setmetatable or the table functions.
print((pcall(rawset, string, "trim", 1)), (pcall(setmetatable, string, {})), (pcall(table.insert, string, 1)))
print(string.trim, getmetatable(string), string[1])
