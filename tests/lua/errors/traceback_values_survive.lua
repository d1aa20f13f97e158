-- An error passes many frames unchanged.
local marker = setmetatable({}, { __name = "marker" })
local function dive(n) if n == 0 then error(marker) end local r = dive(n - 1) return r end
local ok, err = pcall(dive, 100)
print(ok, err == marker)
