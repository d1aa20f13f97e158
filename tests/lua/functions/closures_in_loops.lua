-- A loop gives each iteration fresh variables.
local fs = {}
for i = 1, 3 do fs[i] = function() i = i + 10 return i end end
print(fs[1](), fs[1](), fs[2](), fs[3]())
local gs = {}
for _, v in ipairs { "a", "b" } do gs[#gs + 1] = function() return v end end
print(gs[1](), gs[2]())
local hs, n = {}, 0
while n < 3 do
  n = n + 1
  local m = n * 2
  hs[n] = function() m = m + 1 return m end
end
print(hs[1](), hs[1](), hs[2](), hs[3]())
local rs = {}
repeat
  local k = #rs
  rs[#rs + 1] = function() return k end
until k >= 2
print(rs[1](), rs[2](), rs[3]())
