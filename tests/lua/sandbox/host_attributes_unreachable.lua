-- Nothing of the host's objects can be reached from Lua values.
print(("x").__class__, (""):rep(0).join, string.__dict__, ({}).__init__, ({}).array, ({}).hash)
print(pcall(function() return print.__globals__ end))
print(pcall(function() return (function() end).__code__ end))
print(coroutine.__class__, math.__loader__)
