-- Many values and nils pass.
local co = coroutine.wrap(function(...)
  local n = select("#", ...)
  local m = select("#", coroutine.yield(n, ...))
  return m
end)
print(co(nil, nil, 3, nil))
print(co(nil, nil))
local none = coroutine.create(function() coroutine.yield() end)
print(select("#", coroutine.resume(none)), select("#", coroutine.resume(none)))
