-- A goto may continue an outer loop.
local got = {}
for i = 1, 3 do
  for j = 1, 3 do
    if j == i then goto next_i end
    got[#got + 1] = i .. "/" .. j
  end
  ::next_i::
end
print(table.concat(got, " "))
