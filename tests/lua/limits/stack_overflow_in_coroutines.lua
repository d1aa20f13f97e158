-- Coroutines that resume coroutines without end.
local function f()
  local co = coroutine.wrap(f)
  return co()
end
local ok, err = pcall(f)
print(ok, type(err))
print("alive")
