-- Empty matches advance.
local got = {}
for m in ("a,,b"):gmatch("[^,]*") do got[#got + 1] = "[" .. m .. "]" end
print(table.concat(got, " "))
