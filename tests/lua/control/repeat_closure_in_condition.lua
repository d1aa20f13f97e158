-- A closure in the condition of repeat captures the local of the body.
local kept
local i = 0
repeat
  i = i + 1
  local v = i * 10
until (function() kept = function() return v end return v >= 30 end)()
print(i, kept())
