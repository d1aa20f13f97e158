-- Closures made before a tail call keep the values of their own call.
local fs = {}
local function loop(i)
  fs[i] = function() return i end
  if i < 3 then return loop(i + 1) end
end
loop(1)
print(fs[1](), fs[2](), fs[3]())
