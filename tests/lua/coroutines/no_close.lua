-- close belongs to a later Lua.
print(coroutine.close)
