-- sort with a comparator.
local t = { 3, 1, 2 }
table.sort(t, function(a, b) return a > b end)
print(table.concat(t, " "))
local people = { { "Bob", 30 }, { "Ann", 25 }, { "Cid", 35 } }
table.sort(people, function(a, b) return a[2] < b[2] end)
for _, p in ipairs(people) do print(p[1], p[2]) end
