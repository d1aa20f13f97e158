-- Malformed patterns.
local function try(p) print(pcall(function() return ("abc"):find(p) end)) end
try("%")
try("[a")
try("[a%")
try("(a")
try("%b")
try("%f")
try("%1")
try("(a)%2")
