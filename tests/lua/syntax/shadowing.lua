-- An inner local hides an outer one from its declaration on.
local x = 1
local x = x + 1
print(x)
do
  print(x)
  local x = x * 10
  print(x)
end
print(x)
local function f(x) local x = x or "default" return x end
print(f(), f(5))
local a, a = 1, 2
print(a)
