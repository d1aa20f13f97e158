-- Calling nil names the field.
local t = { inner = {} }
print(pcall(function() t.run() end))
print(pcall(function() t.inner.run() end))
print(pcall(function() string.nothing("x") end))
