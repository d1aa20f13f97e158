-- Errors of bodies that yield themselves: before and after they needed a stack of their own.
local function step(co, ...) print(coroutine.status(co), coroutine.resume(co, ...)) end

local co = coroutine.create(function(t)
  coroutine.yield(1)
  local x = t.x.y
  coroutine.yield(x)
end)
step(co, {}) step(co) step(co)

co = coroutine.create(function(a)
  coroutine.yield("sum")
  coroutine.yield(a + nil)
end)
step(co, 1) step(co) step(co)

co = coroutine.create(function()
  coroutine.yield("rooted next")
  print(coroutine.isyieldable(), (coroutine.running()) == co, coroutine.status(co))
  coroutine.yield("now an error")
  error({ code = 7 })
end)
step(co) step(co)
local ok, err = coroutine.resume(co)
print(ok, type(err), err.code, coroutine.status(co))

co = coroutine.create(function() coroutine.yield("level") error("message", 1) end)
step(co) step(co)
co = coroutine.create(function() coroutine.yield("level 2") error("message", 2) end)
step(co) step(co)
co = coroutine.create(function() coroutine.yield("assert") assert(false, "asserted") end)
step(co) step(co)
co = coroutine.create(function() coroutine.yield("no arguments") string.rep() end)
step(co) step(co)

local wrapped = coroutine.wrap(function() coroutine.yield(1) local t = nil; t.x = 1 end)
print(wrapped())
print(pcall(wrapped))
print(pcall(wrapped))

-- Resuming itself, its resumer, what is dead.
local itself
itself = coroutine.wrap(function() coroutine.yield("first") coroutine.yield(pcall(itself)) end)
print(itself())
print(itself())
co = coroutine.create(function() coroutine.yield(1) coroutine.yield(coroutine.resume(co)) return "end" end)
step(co) step(co) step(co) step(co)
local outer
outer = coroutine.create(function()
  local inner = coroutine.wrap(function() coroutine.yield(1) coroutine.yield(coroutine.status(outer)) end)
  coroutine.yield(inner())
  coroutine.yield(inner())
end)
step(outer) step(outer) step(outer) step(outer)
-- An error in a metamethod, after which the body is dead.
local bad = setmetatable({}, { __add = function() coroutine.yield("in add") error("add failed", 0) end })
co = coroutine.create(function(x) coroutine.yield(1) coroutine.yield(x + 1) end)
step(co, bad) step(co) step(co) step(co)
-- Deep recursion through coroutines ends in an error, not in a crash.
local function nest(n)
  return coroutine.wrap(function() coroutine.yield(0) coroutine.yield(nest(n + 1)()) end)
end
local function chain(n)
  local make = coroutine.wrap(function(depth) coroutine.yield(depth) chain(depth + 1) end)
  make(n)
  make()
end
local ok2, message = pcall(chain, 1)
print(ok2, (tostring(message):match("stack overflow") or tostring(message):match("C stack")) ~= nil)
