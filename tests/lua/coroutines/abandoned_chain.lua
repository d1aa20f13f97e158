-- A long chain of suspended coroutines, each held only by the next, is freed at once and without end of the stack.
local weight = 0
local last
for i = 1, 3000 do
  local before = last
  last = coroutine.wrap(function() local held = before; weight = weight + 1; coroutine.yield(); return held end)
  last()
end
print(weight)
last = nil
local again = coroutine.wrap(function() coroutine.yield("goes on") end)
print(again())
