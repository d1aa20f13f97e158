-- pairs gives the sequence first and then the other keys as they were inserted.
local t = { "a", "b", z = 1, y = 2 }
t.x = 3
t[3] = "c"
local got = {}
for k, v in pairs(t) do got[#got + 1] = tostring(k) .. "=" .. tostring(v) end
print(table.concat(got, " "))
