-- __index as a function gets the table and the key.
local t = setmetatable({ own = 1 }, { __index = function(tab, k) return k .. "!" end })
print(t.own, t.x, t[1], rawget(t, "x"))
local u = setmetatable({}, { __index = function(tab, k) local v = k * 2 rawset(tab, k, v) return v end })
print(u[4], rawget(u, 4))
