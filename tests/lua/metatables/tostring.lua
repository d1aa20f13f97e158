-- __tostring decides in tostring and print.
local t = setmetatable({ n = "Ann" }, { __tostring = function(self) return "Person " .. self.n end })
print(t, tostring(t), ("%s"):format(t))
print(pcall(function() return tostring(setmetatable({}, { __tostring = function() return {} end })) end))
