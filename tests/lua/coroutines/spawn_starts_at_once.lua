-- spawn starts its function before it returns.
local log = {}
local thread = coroutine.spawn(function() log[#log + 1] = "spawned" end)
log[#log + 1] = "after"
print(type(thread), table.concat(log, " "))
