-- repeat runs once at least and its condition sees the locals of the body.
local n = 0
repeat n = n + 1 until n >= 3
print(n)
repeat local done = true n = n + 1 until done
print(n)
local i = 0
repeat
  local x = i * 2
  i = i + 1
until x >= 6
print(i)
