-- __newindex gets the writes to absent keys.
local log = {}
local t = setmetatable({ old = 1 }, { __newindex = function(tab, k, v) log[#log + 1] = k .. "=" .. tostring(v) end })
t.old = 2
t.new = 3
t[1] = nil
print(t.old, t.new, table.concat(log, " "))
