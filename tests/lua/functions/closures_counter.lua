-- Each closure has variables of its own; closures of one scope share them.
local function counter()
  local n = 0
  return function() n = n + 1 return n end, function() return n end
end
local inc, get = counter()
local other = counter()
print(inc(), inc(), get(), other(), get())
