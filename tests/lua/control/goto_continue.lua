-- The continue idiom in each kind of loop.
local got = {}
for i = 1, 5 do
  if i % 2 == 0 then goto continue end
  got[#got + 1] = i
  ::continue::
end
for _, v in ipairs { 10, 11, 12 } do
  if v == 11 then goto continue end
  got[#got + 1] = v
  ::continue::
end
local n = 0
while n < 4 do
  n = n + 1
  if n == 2 then goto continue end
  got[#got + 1] = n * 100
  ::continue::
end
print(table.concat(got, " "))
