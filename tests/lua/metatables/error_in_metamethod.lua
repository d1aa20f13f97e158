-- An error raised in a metamethod keeps its value and position.
local t = setmetatable({}, {
  __index = function(_, k) error("no field " .. k) end,
  __add = function() error({ code = 1 }) end,
})
print(pcall(function() return t.x end))
print(select(2, pcall(function() return t + 1 end)).code)
