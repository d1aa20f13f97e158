-- Metamethods may yield.
local mt = {
  __index = function(_, k) return coroutine.yield("index " .. k) end,
  __newindex = function(_, k, v) coroutine.yield("newindex " .. k .. "=" .. v) end,
  __add = function(a, b) return coroutine.yield("add") end,
  __call = function(_, x) return coroutine.yield("call " .. x) end,
  __eq = function() return coroutine.yield("eq") end,
  __lt = function() return coroutine.yield("lt") end,
  __concat = function() return coroutine.yield("concat") end,
  __len = function() return coroutine.yield("len") end,
  __unm = function() return coroutine.yield("unm") end,
}
local co = coroutine.wrap(function()
  local t, u = setmetatable({}, mt), setmetatable({}, mt)
  local got = { t.x, t + 1, t(5), t == u, t < u, t .. "s", #t, -t }
  t.y = 9
  local shown = {}
  for i = 1, 8 do shown[i] = tostring(got[i]) end
  return table.concat(shown, " ")
end)
local answer = co()
local n = 0
while true do
  print(answer)
  n = n + 1
  if n == 10 then break end
  answer = co(n)
end
