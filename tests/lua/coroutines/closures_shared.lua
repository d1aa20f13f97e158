-- Coroutines share upvalues with the rest of the program.
local n = 0
local co = coroutine.wrap(function() while true do n = n + 1 coroutine.yield() end end)
co() co() n = n + 10 co()
print(n)
