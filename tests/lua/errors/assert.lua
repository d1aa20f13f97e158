-- assert hands on its arguments or raises its message unchanged.
print(assert(1, "unused", 3))
print(select("#", assert(true)))
print(pcall(function() assert(false) end))
print(pcall(function() assert(nil, "custom") end))
local t = {}
local ok, err = pcall(function() assert(false, t) end)
print(ok, err == t)
print(pcall(function() assert(nil, nil) end))
print(pcall(function() assert(1 > 2, 42) end))
print(assert(pcall(function() return "value" end)))
