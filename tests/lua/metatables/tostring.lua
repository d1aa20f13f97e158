-- __tostring decides in tostring and print.
local t = setmetatable({ n = "Ann" }, { __tostring = function(self) return "Person " .. self.n end })
print(t, tostring(t), ("%s"):format(t))
local bad = setmetatable({}, { __tostring = function() return {} end })
print(select(2, pcall(tostring, bad)):match("'__tostring' must return a string"))
