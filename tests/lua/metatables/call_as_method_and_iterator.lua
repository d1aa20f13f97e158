-- Callable tables as methods, callbacks and iterators.
local f = setmetatable({}, { __call = function(_, x) return x end })
local o = { m = f }
print(o:m() == o, o.m(5))
print(("abc"):gsub("b", setmetatable({}, { __index = function(_, k) return k:upper() end })))
