-- A proxy that can be read and not written.
local function readonly(t)
  return setmetatable({}, { __index = t, __newindex = function(_, k) error("field '" .. k .. "' is read-only", 2) end, __len = function() return #t end })
end
local r = readonly { 1, 2, x = "v" }
print(r.x, r[1], #r)
print(pcall(function() r.x = 1 end))
