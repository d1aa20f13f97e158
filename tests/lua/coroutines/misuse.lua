-- What the functions refuse.
print(pcall(function() coroutine.create(5) end))
print(pcall(function() coroutine.wrap(nil) end))
print((pcall(coroutine.resume, 5)), (pcall(coroutine.status, nil)))
