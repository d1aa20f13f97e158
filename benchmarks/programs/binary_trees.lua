-- Many small tables made, walked and dropped.
local function bottom_up(depth)
  if depth == 0 then return {} end
  return { bottom_up(depth - 1), bottom_up(depth - 1) }
end

local function check(tree)
  local left, right = tree[1], tree[2]
  if left then return 1 + check(left) + check(right) end
  return 1
end

return function()
  local deepest = 11
  local longest = bottom_up(deepest)
  local total = 0
  for depth = 4, deepest, 2 do
    for _ = 1, 1 << (deepest - depth + 2) do total = total + check(bottom_up(depth)) end
  end
  return total + check(longest)
end
