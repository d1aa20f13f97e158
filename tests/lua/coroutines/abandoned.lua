-- A coroutine that is never finished does no harm.
for i = 1, 200 do
  local co = coroutine.wrap(function() local big = ("x"):rep(1000) coroutine.yield(#big) print("never") end)
  co()
end
print("end")
