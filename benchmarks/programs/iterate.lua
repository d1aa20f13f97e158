-- Traversal of sequences and of maps.
return function()
  local list, map = {}, {}
  for i = 1, 1000 do
    list[i] = i
    map["key" .. i] = i
  end
  local total = 0
  for _ = 1, 150 do
    for i, v in ipairs(list) do total = total + i * v end
    for _, v in pairs(map) do total = total + v end
  end
  return total
end
