-- while tests before each round.
local n, sum = 1, 0
while n <= 10 do sum = sum + n n = n + 1 end
print(sum, n)
while false do print("never") end
local t = { 3, 2, 1 }
while #t > 0 do t[#t] = nil end
print(#t)
