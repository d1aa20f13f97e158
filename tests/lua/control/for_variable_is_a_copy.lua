-- Assigning to the loop variable does not change the course of the loop.
local got = {}
for i = 1, 4 do
  got[#got + 1] = i
  i = i * 10
  got[#got + 1] = i
end
print(table.concat(got, " "))
local i = "outer"
for i = 1, 2 do end
print(i)
