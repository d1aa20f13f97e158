-- A goto to the end of a repeat body goes on to the condition.
local i, log = 0, {}
repeat
  i = i + 1
  if i % 2 == 0 then goto continue end
  log[#log + 1] = i
  ::continue::
until i >= 6
print(table.concat(log, " "))
