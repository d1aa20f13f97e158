-- An object as error keeps its metatable.
local E = setmetatable({}, { __tostring = function() return "my error" end })
local ok, err = pcall(function() error(E) end)
print(ok, err == E, tostring(err))
