-- So does table.concat of one long string many times.
local s, t = ("x"):rep(1 << 20), {}
for i = 1, 5000 do t[i] = s end
print((pcall(table.concat, t)))
print((pcall(string.rep, s, 5000)))
