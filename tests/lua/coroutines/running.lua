-- running tells which coroutine runs.
local co
co = coroutine.create(function() local r, main = coroutine.running() return r == co, main end)
print(coroutine.resume(co))
local r = coroutine.running()
print(type(r), r == co)
