-- Locals without a value are nil, on each execution anew.
local a, b
print(a, b)
for i = 1, 3 do
  local v
  if v then print("stale") end
  v = i
end
local c, d = 1
print(c, d)
