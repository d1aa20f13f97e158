-- tostring of each kind of value.
print(tostring(nil), tostring(true), tostring(false), tostring(12), tostring("text"))
print((tostring({}):gsub("0x%x+", "ADDR")), (tostring(function() end):gsub("0x%x+", "ADDR")))
print((tostring(coroutine.create(print)):gsub("0x%x+", "ADDR")))
local t = {}
print(tostring(t) == tostring(t), tostring(t) == tostring({}))
