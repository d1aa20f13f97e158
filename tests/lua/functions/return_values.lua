-- return with lists, calls and nothing.
local function a() return end
local function b() return nil end
local function c() return a() end
local function d() return (a()) end
local function e() return 1, a() end
local function f() return a(), 1 end
print(select("#", a()), select("#", b()), select("#", c()), select("#", d()), select("#", e()), select("#", f()))
local function g() do return 1 end end
print(g())
