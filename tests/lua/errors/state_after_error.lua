-- What was done before the error stays done.
local t, n = {}, 0
local function work()
  t[#t + 1] = "a"
  n = n + 1
  t[#t + 1] = "b"
  error("stop", 0)
end
print(pcall(work))
print(n, table.concat(t))
