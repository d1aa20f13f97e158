-- A wrapped coroutine as iterator.
local function range(a, b) return coroutine.wrap(function() for i = a, b do coroutine.yield(i) end end) end
local sum = 0
for i in range(1, 10) do sum = sum + i end
print(sum)
local function walk(tree)
  if type(tree) == "table" then for _, sub in ipairs(tree) do walk(sub) end else coroutine.yield(tree) end
end
local got = {}
for leaf in coroutine.wrap(function() walk({ 1, { 2, { 3 } }, 4 }) end) do got[#got + 1] = leaf end
print(table.concat(got, " "))
