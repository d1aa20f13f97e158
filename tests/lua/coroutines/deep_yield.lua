-- A yield from deep recursion.
local function dive(n) if n == 0 then return coroutine.yield("bottom") end return (dive(n - 1)) end
local co = coroutine.create(dive)
print(coroutine.resume(co, 1000))
print(coroutine.resume(co, "back up"))
