-- Functions that call one another in tail position give their results through coroutines, pcall, iterators and comparators.
local ping, pong
function ping(n) if n == 0 then return "ping", 1 end return pong(n - 1) end
function pong(n) if n == 0 then return "pong", 2 end return ping(n - 1) end
print(coroutine.wrap(function(n) return ping(n) end)(1001))
print(coroutine.resume(coroutine.create(ping), 1000))
print(pcall(ping, 3))
print((ping(2)), ping(3))
print(#{ ping(4) }, select("#", ping(5)))
for text, number in function(_, last) if not last then return ping(6) end end do print(text, number) end
local less, more
function less(a, b) if a > b then return more(b, a) end return a < b end
function more(a, b) if a < b then return less(b, b) end return false end
local list = { 3, 1, 2 }
table.sort(list, less)
print(table.concat(list, " "))
print(("abc"):gsub("%w", function(letter) return ping(letter == "b" and 1 or 0) end))
print(setmetatable({}, { __index = function(_, key) return ping(key) end })[3])
ping(7)
