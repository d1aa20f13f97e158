-- next with a key that is not there.
local ok, err = pcall(next, {}, "missing")
print(ok)
print((pcall(next, nil)))
