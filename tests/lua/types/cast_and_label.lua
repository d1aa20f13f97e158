-- A cast is told from a label.
local x = 1
::start::
local y = x :: number
x = x + y
if x < 5 then goto start end
print(x)
goto done
::done::
print("end")
