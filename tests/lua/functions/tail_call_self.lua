-- A function may call itself at its end a million times.
local function loop(n, sum) if n == 0 then return sum end return loop(n - 1, sum + n) end
print(loop(1000000, 0))
