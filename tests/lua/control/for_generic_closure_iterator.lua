-- A closure as iterator ends with nil; false goes on.
local function each(...)
  local values, i = table.pack(...), 0
  return function()
    i = i + 1
    if i <= values.n then return values[i] end
  end
end
local n = 0
for v in each(false, 0, "") do n = n + 1 end
print(n)
for v in each() do print("never") end
