-- A yield passes through pcall, and an error after it is still caught.
local co = coroutine.create(function()
  local ok, err = pcall(function()
    local v = coroutine.yield("first")
    error("after " .. v, 0)
  end)
  coroutine.yield(ok, err)
  return "done"
end)
print(coroutine.resume(co))
print(coroutine.resume(co, "resume"))
print(coroutine.resume(co))
print(coroutine.status(co))
