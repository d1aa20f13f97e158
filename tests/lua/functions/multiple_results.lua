-- Results are cut or filled by the place of the call.
local function two() return 1, 2 end
local function none() end
local a, b, c = two()
print(a, b, c)
a, b, c = two(), 10
print(a, b, c)
print(two(), two())
print((two()))
print(none(), (none()))
print(select("#", none()), select("#", (none())))
local x = none()
print(x)
print(two() + 10, two() .. "")
