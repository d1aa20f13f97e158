-- So is a function assigned to a new local, where nothing else bears the name.
local walk = function(n)
  if n == 0 then return "bottom" end
  return walk(n - 1)
end
print(walk(5))
local print = function(text) print("outer: " .. text) end
print("seen")
