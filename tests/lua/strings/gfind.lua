-- gfind is an older name of gmatch.
local got = {}
for w in string.gfind("x y z", "%a") do got[#got + 1] = w end
print(table.concat(got, "+"))
