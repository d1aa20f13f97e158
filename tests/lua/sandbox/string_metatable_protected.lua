-- The metatable of strings cannot be used to change all strings.
local mt = getmetatable("")
print((pcall(function() mt.__add = function() return "hacked" end end)), (pcall(rawset, mt, "__index", nil)))
print(("x"):upper(), pcall(function() return ("a"):trim() end))
