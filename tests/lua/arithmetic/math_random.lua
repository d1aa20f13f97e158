-- random keeps its bounds; the same seed gives the same numbers.
math.randomseed(42)
local first = { math.random(), math.random(10), math.random(5, 9) }
math.randomseed(42)
print(first[1] == math.random(), first[2] == math.random(10), first[3] == math.random(5, 9))
local ok = true
for _ = 1, 200 do
  local f, i, j = math.random(), math.random(6), math.random(-3, 3)
  ok = ok and f >= 0 and f < 1 and i >= 1 and i <= 6 and j >= -3 and j <= 3 and math.type(i) == "integer"
end
print(ok, math.random(7, 7))
print(select(2, pcall(math.random, 2, 1)):match("interval is empty"))
print(select(2, pcall(math.random, 0)):match("interval is empty"))
print(pcall(function() return math.random(1, 2, 3) end))
