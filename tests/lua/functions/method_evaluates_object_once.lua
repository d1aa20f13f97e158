-- The object of a method call is evaluated once.
local n = 0
local obj = { name = "o" }
function obj:get() return self.name end
local function fetch() n = n + 1 return obj end
print(fetch():get(), n)
