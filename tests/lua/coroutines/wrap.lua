-- wrap gives a function that resumes.
local gen = coroutine.wrap(function(n) for i = 1, n do coroutine.yield(i, i * i) end return "last" end)
print(gen(2))
print(gen())
print(gen())
local ok, err = pcall(gen)
print(ok, (err:gsub("^.-:%d+: ", "")))
