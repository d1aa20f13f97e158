-- So may the callback of gsub.
local co = coroutine.wrap(function()
  return (("a b"):gsub("%a", function(c) return coroutine.yield(c) end))
end)
print(co())
print(co("X"))
print(co("Y"))
