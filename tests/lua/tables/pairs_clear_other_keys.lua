-- Clearing entries not yet visited leaves them out.
local t = {}
for i = 1, 20 do t["k" .. i] = true end
local visited = 0
for k in pairs(t) do
  visited = visited + 1
  for other in pairs(t) do if other ~= k then t[other] = nil end end
end
print(visited)
