-- Writing under not-a-number raises, reading gives nil.
local t, nan = {}, 0 / 0
print(t[nan])
print(pcall(function() t[nan] = 1 end))
