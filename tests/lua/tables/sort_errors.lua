-- Elements that do not compare, and comparators that raise.
print(select(2, pcall(table.sort, { 1, "x" })):match("attempt to compare %a+ with %a+") ~= nil)
print(select(2, pcall(table.sort, { {}, {} })):match("attempt to compare .*"))
local ok, err = pcall(table.sort, { 3, 2, 1 }, function() error({ code = 7 }) end)
print(ok, err.code)
print(pcall(function() table.sort({ 1, 2 }, 5) end))
