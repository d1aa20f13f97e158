-- What pcall and resume give is a value where it is one, also for a function without results.
local function none() end
local function protected() return pcall(none) end
print(type(protected()), select("#", protected()), type((xpcall(none, print))), type((coroutine.resume(coroutine.create(none)))))
local step = ipairs({})
print(pcall(step, {}, "x"))
print(pcall(step, { 7 }, "0"))
