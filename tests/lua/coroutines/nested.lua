-- Coroutines resume coroutines; a yield goes to the nearest resume.
local function gen(name, n)
  return coroutine.wrap(function() for i = 1, n do coroutine.yield(name .. i) end end)
end
local co = coroutine.wrap(function()
  local a = gen("a", 2)
  coroutine.yield(a())
  local b = gen("b", 1)
  coroutine.yield(b())
  coroutine.yield(a())
end)
print(co(), co(), co())
