-- A chain of many elseif branches is not nesting.
local function f(n)
  if n == 1 then return "a" elseif n == 2 then return "b" elseif n == 3 then return "c" elseif n == 4 then return "d"
  elseif n == 5 then return "e" elseif n == 6 then return "f" elseif n == 7 then return "g" elseif n == 8 then return "h"
  elseif n == 9 then return "i" elseif n == 10 then return "j" elseif n == 11 then return "k" elseif n == 12 then return "l"
  elseif n == 13 then return "m" elseif n == 14 then return "n" elseif n == 15 then return "o" end
  return "?"
end
local s = ""
for i = 0, 16 do s = s .. f(i) end
print(s)
