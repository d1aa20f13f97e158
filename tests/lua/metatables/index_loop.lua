-- A loop of __index tables raises.
local a, b = {}, {}
setmetatable(a, { __index = b })
setmetatable(b, { __index = a })
local ok, err = pcall(function() return a.x end)
print(ok, err:match("loop"))
