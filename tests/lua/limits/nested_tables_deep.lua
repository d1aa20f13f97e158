-- A chain of a hundred thousand tables is built and dropped.
local t = {}
for _ = 1, 100000 do t = { t } end
local n = 0
while t do n = n + 1 t = t[1] end
print(n)
