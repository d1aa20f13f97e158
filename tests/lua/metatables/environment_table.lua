-- _G takes a metatable.
setmetatable(_G, { __index = function(_, k) return "global " .. k end, __newindex = function(t, k, v) rawset(t, k, v .. " (set)") end })
print(missing)
other = "value"
print(other)
setmetatable(_G, nil)
print(missing, other)
