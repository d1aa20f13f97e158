-- Arguments are evaluated once, in order, before the call.
local log = {}
local function a(x) log[#log + 1] = x return x end
local t = { f = function(...) log[#log + 1] = "called" return ... end }
print(t.f(a(1), a(2), a(3)))
print(table.concat(log, " "))
