-- Many protected calls in a row use no stack.
local n = 0
for _ = 1, 20000 do if not pcall(error, "x") then n = n + 1 end end
print(n)
