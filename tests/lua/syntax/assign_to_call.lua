-- A call is no target.
local function f() end
f() = 1
