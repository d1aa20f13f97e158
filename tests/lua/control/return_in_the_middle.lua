-- return leaves the function from inside nested loops.
local function find(t, x)
  for i, row in ipairs(t) do
    for j, v in ipairs(row) do
      while true do
        if v == x then return i, j end
        break
      end
    end
  end
end
print(find({ { 1, 2 }, { 3, 4 } }, 3))
print(find({ { 1 } }, 9))
