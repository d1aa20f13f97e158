-- Sorting with a comparator.
return function()
  local items, seed = {}, 42
  for i = 1, 15000 do
    seed = (seed * 1103515245 + 12345) % 2147483648
    items[i] = { key = seed % 100000, id = i }
  end
  table.sort(items, function(a, b)
    if a.key ~= b.key then return a.key < b.key end
    return a.id < b.id
  end)
  local check = 0
  for i, item in ipairs(items) do check = (check * 31 + item.id * i) % 1000000007 end
  return check
end
