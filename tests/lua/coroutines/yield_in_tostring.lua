-- So may __tostring.
local co = coroutine.wrap(function()
  return tostring(setmetatable({}, { __tostring = function() return coroutine.yield("asked") end }))
end)
print(co())
print(co("answer"))
