-- Inside a coroutine one can yield.
print(coroutine.resume(coroutine.create(function() return coroutine.isyieldable() end)))
