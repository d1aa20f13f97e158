-- A backward goto also makes fresh variables.
local fs = {}
do
  local i = 1
  ::again::
  local x = i * 10
  fs[i] = function() x = x + 1 return x end
  i = i + 1
  if i <= 3 then goto again end
end
print(fs[1](), fs[1](), fs[2](), fs[3]())
