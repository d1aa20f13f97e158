-- A yield passes through xpcall.
local co = coroutine.wrap(function()
  return xpcall(function() local x = coroutine.yield(1) error(x, 0) end, function(e) return "handler " .. e end)
end)
print(co())
print(co("value"))
