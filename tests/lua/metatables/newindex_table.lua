-- __newindex as a table takes the writes, through its own metatable too.
local store = {}
local t = setmetatable({}, { __newindex = store })
t.x = 1
print(rawget(t, "x"), store.x)
local log = {}
setmetatable(store, { __newindex = function(_, k, v) log[k] = v end })
t.y = 2
print(rawget(store, "y"), log.y)
