-- An error ends the coroutine and comes back from resume.
local co = coroutine.create(function() error("inside") end)
print(coroutine.resume(co))
print(coroutine.status(co), coroutine.resume(co))
local t = {}
local ok, err = coroutine.resume(coroutine.create(function() error(t) end))
print(ok, err == t)
