-- A sort comparator may yield.
local co = coroutine.wrap(function()
  local t, compared = { 3, 1, 2 }, 0
  table.sort(t, function(a, b) compared = compared + 1 coroutine.yield("comparing") return a < b end)
  return table.concat(t, " "), compared > 0
end)
local result, many
repeat result, many = co() until result ~= "comparing"
print(result, many)
