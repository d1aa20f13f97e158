-- The error of a coroutine that recursed comes back from resume.
local co = coroutine.create(function() local function f() return f() + 1 end return f() end)
local ok, err = coroutine.resume(co)
print(ok, tostring(err):match("stack overflow"), coroutine.status(co))
