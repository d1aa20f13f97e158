-- __name is the type in tostring.
local t = setmetatable({}, { __name = "my.type" })
print((tostring(t):gsub("0x%x+", "ADDR")))
