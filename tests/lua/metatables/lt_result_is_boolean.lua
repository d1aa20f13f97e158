-- What a comparison metamethod gives is made a boolean.
local t = setmetatable({}, { __lt = function() return 1 end, __le = function() return nil end })
print(t < t, t <= t, not (t < t))
