-- What messages call an element whose key is no name, and what stands in parentheses.
local t, key, missing = {}, "k", nil
print(pcall(function() return t[1].x end))
print(pcall(function() return t[key].x end))
print(pcall(function() t[key]() end))
print(pcall(function() return 1 + t[2.5] end))
print(pcall(function() return "a" .. t[true] end))
print(pcall(function() return (missing).x end))
print(pcall(function() return (t.field)() end))
print(pcall(function() local here return (here) + 1 end))
print(pcall(function() return (select(2, 1)).x end))
