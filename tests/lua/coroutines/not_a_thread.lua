-- What is no coroutine cannot be resumed.
print(pcall(coroutine.resume, 1))
print(pcall(coroutine.resume))
print(pcall(coroutine.status, {}))
