-- Generic functions, local, anonymous and methods, with bounds.
local function identity<T>(x: T): T return x end
local function pair<A, B>(a: A, b: B): (A, B) return a, b end
local map = function<T, U>(list: {T}, f: (T) -> U): {U}
  local out: {U} = {}
  for i, v in ipairs(list) do out[i] = f(v) end
  return out
end
local box = {}
function box:get<T: any>(default: T): T return self.value or default end
print(identity(5), pair("x", 1))
print(table.concat(map({ 1, 2, 3 }, function(n: number): number return n * n end), " "), box:get("none"))
