-- pcall may call yield itself.
local co = coroutine.wrap(function() return pcall(coroutine.yield, 1) end)
print(co())
print(co("resumed"))
