-- Endless recursion ends with an error that pcall catches, and the program goes on.
local function f(n) return 1 + f(n + 1) end
local ok, err = pcall(f, 1)
print(ok, err:match("stack overflow"))
ok, err = pcall(f, 1)
print(ok, err:match("stack overflow"))
print("alive")
