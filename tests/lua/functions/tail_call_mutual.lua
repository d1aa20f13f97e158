-- So may two functions that call one another.
local ping, pong
function ping(n) if n == 0 then return "end in ping" end return pong(n - 1) end
function pong(n) if n == 0 then return "end in pong" end return ping(n - 1) end
print(ping(300001))
