-- Hundreds of arguments and results pass.
local function pass(...) return ... end
local t = {}
for i = 1, 240 do t[i] = i end
print(select("#", pass(table.unpack(t))), (select(240, pass(table.unpack(t)))))
print(#{ pass(table.unpack(t)) }, math.max(table.unpack(t)), #string.char(pass(table.unpack(t))))
