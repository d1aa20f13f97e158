-- Mutual recursion through fields and methods.
local o = {}
function o:a() return self:b() + 1 end
function o:b() return self:a() + 1 end
print(pcall(o.a, o) == false, select(2, pcall(o.a, o)):match("stack overflow"))
