-- Loops, gotos, varargs and captured variables in bodies that yield themselves.
local function all(f) local seen = {} for a, b in f do seen[#seen + 1] = tostring(a) .. ":" .. tostring(b) end print(table.concat(seen, " ")) end

all(coroutine.wrap(function()
  local i = 0
  ::again::
  i = i + 1
  if i == 3 then goto again end
  coroutine.yield(i, "goto")
  if i < 6 then goto again end
end))
all(coroutine.wrap(function()
  for i = 3, 1, -1 do
    for j = i, 3 do
      if j == 2 then goto continue end
      coroutine.yield(i, j)
      ::continue::
    end
  end
end))
all(coroutine.wrap(function(...)
  for i = 1, select("#", ...) do coroutine.yield(i, (select(i, ...))) end
  for _, v in ipairs({ ... }) do coroutine.yield("v", v) end
end))
local list, map = { "a", "b", "c" }, { x = 1 }
all(coroutine.wrap(function()
  for i, v in ipairs(list) do coroutine.yield(i, v) end
  for k, v in pairs(map) do coroutine.yield(k, v) end
  for k in pairs(map) do coroutine.yield(k) end
  for word in string.gmatch("one two", "%a+") do coroutine.yield(word, #word) end
end))
-- Closures made between yields see their own variables.
local made = {}
for f in coroutine.wrap(function()
  for i = 1, 3 do
    local n = i * 10
    coroutine.yield(function() n = n + 1 return n end)
    n = n + 5
  end
end) do made[#made + 1] = f print(f()) end
for _, f in ipairs(made) do print(f()) end
-- What goes in comes out.
local echo = coroutine.wrap(function(...)
  local a, b, c = ...
  while true do
    if a == "stop" then return "stopped", b end
    a, b, c = coroutine.yield(a, b, c)
  end
end)
print(echo(1, 2)) print(echo()) print(echo(nil, nil, 3)) print(echo("x")) print(echo("stop", 9))
local count = coroutine.wrap(function() while true do local n = select("#", coroutine.yield()) coroutine.yield(n) end end)
count() print(count()) count() print(count(nil)) count() print(count(nil, nil))
-- Two that pass values to one another: a producer, a filter, a consumer; each resumed by the next.
local function producer(n) return coroutine.wrap(function() for i = 1, n do coroutine.yield(i) end end) end
local function filter(source) return coroutine.wrap(function() for x in source do if x % 2 == 1 then coroutine.yield(x * x) end end end) end
local total = 0
for x in filter(filter(producer(20))) do total = total + x end
print(total)
-- One body resumed from several places: main, another coroutine, a metamethod, a comparator.
local shared = producer(12)
print(shared())
local other = coroutine.wrap(function() coroutine.yield(shared()) coroutine.yield(shared()) return shared() end)
print(other(), other(), shared(), other())
local proxy = setmetatable({}, { __index = function() return shared() end })
print(proxy.a, proxy.b)
local t = { 3, 1, 2 }
table.sort(t, function(a, b) shared() return a < b end)
print(table.concat(t, " "))
-- A local function that is only ever handed over, a name for yield, and one that is also called.
local yield = coroutine.yield
local function body(a) local b = yield(a + 1) local c = yield(b + 1) return c + 1 end
local one, two = coroutine.wrap(body), coroutine.wrap(body)
print(one(1), two(10), one(2), two(20), one(3), two(30))
local function both(a) yield(a) return a + 1 end
print(pcall(both, 1))
local wrapped = coroutine.wrap(both)
print(wrapped(1), wrapped())
local kept = coroutine.wrap(function() local ok = yield(1) and yield(2) or yield(3) return ok end)
print(kept(), kept(true), kept(false), kept("or"))
-- Abandoned half way, and collected.
for i = 1, 1000 do local f = producer(3) f() end

print("abandoned")
