-- The four states.
local co
co = coroutine.create(function()
  print(coroutine.status(co))
  local inner = coroutine.create(function() print(coroutine.status(co)) end)
  coroutine.resume(inner)
  coroutine.yield()
end)
print(coroutine.status(co))
coroutine.resume(co)
print(coroutine.status(co))
coroutine.resume(co)
print(coroutine.status(co))
