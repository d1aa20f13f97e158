-- Parentheses group and cut to one value.
local function f() return 1, 2 end
print((f()), ((f())))
print((1 + 2) * 3, ("x"):rep(2), (#"abc"))
local t = { (f()), f() }
print(#t)
