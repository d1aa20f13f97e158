-- The numeric for: up, down, with a step, not at all.
local function run(a, b, c)
  local got = {}
  for i = a, b, c or 1 do got[#got + 1] = i end
  return "[" .. table.concat(got, " ") .. "]"
end
print(run(1, 5), run(5, 1), run(5, 1, -2), run(1, 10, 4), run(3, 3), run(-2, 2, 2))
