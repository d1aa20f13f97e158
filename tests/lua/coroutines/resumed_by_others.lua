-- A coroutine goes back to whoever resumed it last, wherever it was begun.
local log = {}
local shared = coroutine.create(function(...)
  log[#log + 1] = "begun with " .. table.concat({...}, ",")
  log[#log + 1] = "then " .. table.concat({coroutine.yield("one")}, ",")
  log[#log + 1] = "then " .. table.concat({coroutine.yield("two")}, ",")
  error({ "three" })
end)

local function resumer(name)
  return coroutine.wrap(function()
    while true do
      local ok, value = coroutine.resume(shared, name)
      log[#log + 1] = name .. " got " .. tostring(ok) .. " " .. (type(value) == "table" and value[1] or value)
      coroutine.yield(coroutine.status(shared))
    end
  end)
end

local a, b = resumer("a"), resumer("b")
print(a())
print(coroutine.resume(shared, "main", "chunk"))
print(b())
print(a())
print(table.concat(log, "\n"))
