-- Only functions can be called.
print(pcall(function() local n = 5 n() end))
print(pcall(function() local t = {} t() end))
print(pcall(function() local s = "s" s() end))
print(pcall(function() local t = { f = true } t.f() end))
