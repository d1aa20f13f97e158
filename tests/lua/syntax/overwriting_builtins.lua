-- Globals of the library may be replaced for the program.
local original = tostring
tostring = function(v) return "<" .. original(v) .. ">" end
print(tostring(5))
tostring = original
print(tostring(5))
local type = function() return "shadow" end
print(type(1))
