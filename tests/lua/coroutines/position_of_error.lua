-- The position is the line in the coroutine's own code.
local co = coroutine.create(function()
  local x
  coroutine.yield()
  return x.field
end)
coroutine.resume(co)
print(coroutine.resume(co))
