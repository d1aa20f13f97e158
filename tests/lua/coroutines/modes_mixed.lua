-- Bodies that yield themselves, and come to code that yields elsewhere: both ways of running one have to agree.
local function drain(name, co, ...)
  local seen = {}
  local given = table.pack(...)
  while true do
    local results = table.pack(coroutine.resume(co, table.unpack(given, 1, given.n)))
    for i = 1, results.n do seen[#seen + 1] = tostring(results[i]) end
    if coroutine.status(co) == "dead" then break end
    given = table.pack(#seen)
  end
  print(name, table.concat(seen, " "))
end

local Number = {}
Number.__index = function(_, key) return coroutine.yield("index " .. key) end
Number.__newindex = function(_, key, value) coroutine.yield("newindex " .. key .. " " .. tostring(value)) end
Number.__add = function(a, b) return coroutine.yield("add") end
Number.__lt = function(a, b) return coroutine.yield("lt") end
Number.__le = function(a, b) return coroutine.yield("le") end
Number.__eq = function(a, b) return coroutine.yield("eq") end
Number.__len = function() return coroutine.yield("len") end
Number.__concat = function() return coroutine.yield("concat") end
Number.__unm = function() return coroutine.yield("unm") end
Number.__tostring = function() coroutine.yield("tostring") return "a number" end
Number.__call = function(_, x) return coroutine.yield("call " .. tostring(x)) end
Number.__pairs = function(t)
  coroutine.yield("pairs")
  return function(_, key)
    if key == nil then return coroutine.yield("next"), "value" end
  end, t, nil
end
local function number() return setmetatable({}, Number) end

local function operators(x, y, plain)
  drain("add", coroutine.create(function() coroutine.yield("first") local sum = x + y coroutine.yield(sum) return "end" end))
  drain("index", coroutine.create(function() coroutine.yield(1) coroutine.yield(x.name) coroutine.yield(2) end))
  drain("newindex", coroutine.create(function() coroutine.yield(1) x.name = "n" coroutine.yield(2) end))
  drain("lt", coroutine.create(function() for i = 1, 2 do coroutine.yield(i) if x < y then coroutine.yield("yes") else coroutine.yield("no") end end end))
  drain("le", coroutine.create(function() local n = 0 while x <= y and n < 2 do n = n + 1 coroutine.yield(n) end end))
  drain("eq", coroutine.create(function() coroutine.yield(x == y) coroutine.yield(x ~= y) coroutine.yield(x == nil) end))
  drain("len", coroutine.create(function() coroutine.yield(0) coroutine.yield(#x) end))
  drain("concat", coroutine.create(function() coroutine.yield(0) coroutine.yield("a" .. x) end))
  drain("unm", coroutine.create(function() coroutine.yield(0) coroutine.yield(-x) end))
  drain("tostring", coroutine.create(function() coroutine.yield(0) coroutine.yield(tostring(x)) coroutine.yield(tostring(plain)) end))
  drain("call", coroutine.create(function() coroutine.yield(0) coroutine.yield((x(plain))) end))
  drain("pairs", coroutine.create(function() coroutine.yield(0) for k, v in pairs(x) do coroutine.yield(k, v) end end))
  drain("repeat", coroutine.create(function() local n = 0 repeat n = n + 1 coroutine.yield(n) until n > 1 and x < y end))
  drain("in a field", coroutine.create(function() coroutine.yield(0) local t = { x } coroutine.yield(t[1] + plain) end))
end
operators(number(), number(), 5)

-- What was harmless becomes a call while the body is suspended.
local shared = { value = 1 }
local reads = coroutine.wrap(function()
  for _ = 1, 3 do coroutine.yield(shared.value) end
  return "done"
end)
print(reads())
shared = setmetatable({}, { __index = function(_, key) return coroutine.yield("asked for " .. key) end })
print(reads())
print(reads("an answer"))
print(reads())
print(reads("another answer"))
print(reads())

-- A yield in one statement with what comes behind it.
local box = { n = 1 }
drain("behind a yield", coroutine.create(function()
  local a = coroutine.yield("a") + box.n
  box.n = coroutine.yield(a)
  box[coroutine.yield("key")] = coroutine.yield("value")
  return box.n, coroutine.yield(coroutine.yield("inner"))
end))

-- Nested functions, comparators, pcall, error handlers.
drain("nested", coroutine.create(function(...)
  coroutine.yield(select("#", ...))
  local function deep(n) if n == 0 then coroutine.yield("deep") else deep(n - 1) end end
  deep(10)
  coroutine.yield(...)
  return ...
end), 1, nil, 3)
drain("sort", coroutine.create(function()
  local t = { 3, 1, 2 }
  coroutine.yield("before")
  table.sort(t, function(a, b) coroutine.yield("compare") return a < b end)
  coroutine.yield(table.concat(t, ","))
end))
drain("gsub", coroutine.create(function()
  coroutine.yield("before")
  local text = string.gsub("ab", ".", function(c) return coroutine.yield(c) end)
  coroutine.yield(text)
end))
drain("pcall", coroutine.create(function()
  coroutine.yield("before")
  coroutine.yield(pcall(function() coroutine.yield("inside") error("oops", 0) end))
  return "after"
end))
