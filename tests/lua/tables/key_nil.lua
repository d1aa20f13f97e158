-- Writing under nil raises, reading gives nil.
local t = {}
print(t[nil], rawget(t, nil))
print(pcall(function() t[nil] = 1 end))
print(pcall(function() rawset(t, nil, 1) end))
