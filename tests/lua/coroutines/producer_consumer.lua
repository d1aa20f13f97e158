-- The classic pair.
local function producer() return coroutine.create(function() for _, v in ipairs { "x", "y", "z" } do coroutine.yield(v) end end) end
local function filter(prod)
  return coroutine.create(function()
    local n = 0
    while true do
      local _, v = coroutine.resume(prod)
      if not v then return end
      n = n + 1
      coroutine.yield(n .. ":" .. v)
    end
  end)
end
local f = filter(producer())
while true do
  local _, v = coroutine.resume(f)
  if not v then break end
  print(v)
end
