-- __call has to be a function: a callable table does not do, and the message names what was called.
local callable = setmetatable({}, { __call = function(_, ...) return ... end })
local indirect = setmetatable({}, { __call = callable })
local thing = setmetatable({}, { __call = true, __name = "Thing" })
print(callable(1, 2))
print(pcall(function() return indirect(1) end))
print(pcall(function() thing() end))
print(pcall(function() local t = { f = thing } return t.f() end))
print(pcall(thing))
for _, call in ipairs({ function() for _ in thing do end end }) do print(pcall(call)) end
