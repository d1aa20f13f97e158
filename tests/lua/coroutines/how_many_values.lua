-- Nothing, nil and several values stay apart on the way in and out.
local function count(...) return select("#", ...) .. ":" .. table.concat({...}, ",") end
local co = coroutine.wrap(function(...)
  local got = count(...)
  got = got .. " " .. count(coroutine.yield())
  got = got .. " " .. count(coroutine.yield(nil))
  got = got .. " " .. count(coroutine.yield(nil, nil))
  got = got .. " " .. count(coroutine.yield(false))
  got = got .. " " .. count(coroutine.yield(1, 2, 3))
  return got
end)
print(count(co()))
print(select("#", co(nil)))
print(select("#", co("x")))
print(co("y", "z"))
print(co(1, 2, 3))
print(co(false == nil and 1 or 2, nil))

print(select("#", coroutine.resume(coroutine.create(function() end))))
print(select("#", coroutine.resume(coroutine.create(function() return nil end))))
print(coroutine.resume(coroutine.create(function() return 1, nil, 3 end)))

-- What wrap gives is a function like any other.
local f = coroutine.wrap(function() coroutine.yield() end)
print(type(f), (tostring(f):gsub("0x%x+", "address")), f == f, ({ [f] = "key" })[f])
print(setmetatable({}, { __index = coroutine.wrap(function(_, key) coroutine.yield(key) end) }).name)
