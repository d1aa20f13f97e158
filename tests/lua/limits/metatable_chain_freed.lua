-- A long chain of metatables is freed without harm.
local t = {}
for _ = 1, 200000 do t = setmetatable({}, t) end
t = nil
print("freed")
