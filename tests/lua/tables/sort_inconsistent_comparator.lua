-- A comparator without order must not break anything: all elements are still there.
local t = {}
for i = 1, 100 do t[i] = i end
local flip = false
pcall(table.sort, t, function() flip = not flip return flip end)
local seen, n = {}, 0
for _, v in ipairs(t) do if not seen[v] then seen[v] = true n = n + 1 end end
print(#t, n)
pcall(table.sort, t, function() return true end)
print(#t)
