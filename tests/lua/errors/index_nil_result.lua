-- What came from a call has no name.
local function none() end
print(pcall(function() return none().x end))
print(pcall(function() return (none()).x end))
