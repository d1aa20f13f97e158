-- Any value may be raised and comes back as it is.
local t = { code = 42 }
local ok, err = pcall(error, t)
print(ok, err == t, err.code)
print(pcall(error, 42))
print(pcall(error, 1.5))
print(pcall(error, true))
print(pcall(error, nil))
print(pcall(error))
print(pcall(function() error() end))
ok, err = pcall(error, print)
print(err == print)
