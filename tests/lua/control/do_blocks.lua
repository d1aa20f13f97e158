-- do makes a scope.
local x = 1
do
  local x = 2
  do local x = 3 print(x) end
  print(x)
  x = 4
end
print(x)
