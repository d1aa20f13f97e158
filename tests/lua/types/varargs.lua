-- Annotated varargs.
local function sum(...: number): number
  local total = 0
  for _, v in ipairs({ ... }) do total = total + v end
  return total
end
local function first<T>(x: T, ...: any): T return x end
print(sum(1, 2, 3), sum(), first("a", 1, 2))
