-- Walking backwards one may remove as one goes.
local t = { 1, 2, 3, 4, 5, 6 }
for i = #t, 1, -1 do if t[i] % 2 == 0 then table.remove(t, i) end end
print(table.concat(t, " "))
