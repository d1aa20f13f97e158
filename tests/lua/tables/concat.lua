-- concat of strings and numbers, with separator and range.
local t = { "a", 1, 2.5, "b" }
print(table.concat(t), table.concat(t, ", "), table.concat(t, "-", 2), table.concat(t, "-", 2, 3), table.concat(t, "x", 3, 2) == "")
print(table.concat({}), table.concat({ "only" }, "sep"), table.concat({ 1, 2, 3 }, 0))
