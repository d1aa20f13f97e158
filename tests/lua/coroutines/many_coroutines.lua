-- A thousand at once.
local list, sum = {}, 0
for i = 1, 1000 do
  list[i] = coroutine.wrap(function() local x = i coroutine.yield(x) return x * 2 end)
end
for i = 1, 1000 do sum = sum + list[i]() end
for i = 1, 1000 do sum = sum + list[i]() end
print(sum)
