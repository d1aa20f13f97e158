-- __call makes a table callable, with the table as first argument.
local t = setmetatable({ k = 10 }, { __call = function(self, a, b, ...) return self.k + a + (b or 0), select("#", ...) end })
print(t(1), t(1, 2), t(1, 2, 3, 4))
print(pcall(t, 5))
print(pcall(function() return ({})() end))
