-- Recursion through pcall.
local depth = 0
local function f() depth = depth + 1 local ok, err = pcall(f) if not ok then error(err, 0) end return true end
local ok, err = pcall(f)
print(ok, tostring(err):match("stack overflow"), depth > 100)
