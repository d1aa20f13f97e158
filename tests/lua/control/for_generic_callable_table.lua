-- An iterator may be a table with __call.
local it = setmetatable({ n = 0 }, { __call = function(self) self.n = self.n + 1 if self.n <= 3 then return self.n end end })
local sum = 0
for v in it do sum = sum + v end
print(sum)
