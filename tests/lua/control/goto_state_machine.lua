-- Several labels in one block jump back and forth.
local log, n = {}, 0
do
  goto b
  ::a:: log[#log + 1] = "a" n = n + 1
  if n > 2 then goto finish end
  ::b:: log[#log + 1] = "b"
  if n == 1 then goto c end
  goto a
  ::c:: log[#log + 1] = "c"
  goto a
  ::finish::
end
print(table.concat(log, " "))
