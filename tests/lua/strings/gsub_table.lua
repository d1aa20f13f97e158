-- gsub with a table: the first capture is the key; false and nil keep the match.
print(("$name is $age"):gsub("%$(%w+)", { name = "Ann", age = 30 }))
print(("a b c"):gsub("%a", { a = "1", b = false }))
local t = setmetatable({}, { __index = function(_, k) return k:upper() end })
print(("a b"):gsub("%a", t))
