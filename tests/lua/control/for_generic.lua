-- The generic for calls its iterator with state and control value.
local function iter(limit, i) if i < limit then return i + 1, (i + 1) ^ 2 // 1 | 0 end end
for i, square in iter, 3, 0 do print(i, square) end
local function words(s) return s:gmatch("%a+") end
local got = {}
for w in words("a bc def") do got[#got + 1] = #w end
print(table.concat(got, " "))
for a, b, c in function(_, x) if not x then return 1, 2 end end do print(a, b, c) end
