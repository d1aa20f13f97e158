-- ipairs sees elements that are appended while it runs.
local t, n = { 1 }, 0
for i, v in ipairs(t) do
  n = n + 1
  if i < 5 then t[i + 1] = v * 2 end
end
print(n, table.concat(t, " "))
