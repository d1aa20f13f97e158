-- Writing under nil raises, reading gives nil.
local t = {}
print(t[nil], rawget(t, nil))
print(pcall(function() t[nil] = 1 end))
print(select(2, pcall(rawset, t, nil, 1)):match("table index is nil"))
