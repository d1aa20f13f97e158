-- Results of calls as operands: the first counts, in the order of evaluation, tail calls included.
local log = {}
local function note(...) log[#log + 1] = table.concat({...}, ":") return ... end
local object = {}
function object:two(v) return self:give(v, v + 1) end
function object:give(a, b) return note(a, b) end
function object:none() return end
function object:ring(n) if n == 0 then return self:end_(n) end return self:ring(n - 1) end
function object:end_(n) note("end", n) return 7, 8 end

print(object:two(1) + object:two(10), object:two(3) * 2, 2 - object:two(3))
print(object:two(1) .. object:two(2) .. "x" .. object:two(3))
print(object:two(1) < object:two(2), object:two(5) <= 4, object:two(5) > object:two(4), object:two(5) >= 9)
print(object:two(1) == 1, 1 == object:two(1), object:two(1) == object:two(1), object:none() == nil, nil == object:none())
print(object:two(1) ~= 1, object:none() ~= nil, object:none() == false)
print(-object:two(4), ~object:two(4), object:two(6) & 3, object:two(6) | 1, object:two(6) ~ 1, object:two(1) << 3, object:two(9) >> 1)
print(#note("abc", "d"), object:two(7) // 2, object:two(7) % 4, object:two(7) / 2)
print(object:ring(3) + 1, object:ring(2) .. "", object:ring(1) == 7, object:ring(1) + object:ring(0))
print(pcall(function() return object:none() + 1 end))
print(pcall(function() return 1 .. object:none() end))
print(pcall(function() return object:none() < 1 end))
print(pcall(function() return #object:none() end))
print(pcall(function() return object:none().x end))
local function tables() return {x = 1}, {x = 2} end
local t = {f = tables}
print(t.f().x, t:f().x, (t.f()).x)
local x = object:two(5)
x = object:two(x)
print(x)
local n = 0
local function count() n = n + 1 return n, "more" end
local get = {count = count}
print(get.count() + n, n)
local function later() return get.count() end
get.later = later
print(get.later() + n)
print(table.concat(log, " "))

-- Appending.
local list = {}
for i = 1, 5 do list[#list + 1] = i * i end
list[#list + 1] = nil
list[#list + 1] = {1}
list[#list + 1] = "text" .. #list
print(#list, list[5], list[6][1], list[7])
local function grow(t) t[#t + 1] = "inner" return "outer" end
local order = {}
order[#order + 1] = grow(order)
print(#order, order[1])
local counted = setmetatable({}, {__len = function() return 10 end, __newindex = function(t, k, v) rawset(t, k, v .. "!") end})
counted[#counted + 1] = "x"
print(rawget(counted, 11), next(counted))
print(pcall(function() local none; none[#none + 1] = 1 end))
print(pcall(function() local text = "abc"; text[#text + 1] = 1 end))

-- Loops that use the second value only.
local sum = 0
for _, v in ipairs({10, 20, nil, 30}) do sum = sum + v end
for _, v in pairs({1, 2, x = 3, y = 4}) do sum = sum + v end
for _, v in next, {5, 6} do sum = sum + v end
print(sum)
for _, v in ("k=v, a=b"):gmatch("(%w+)=(%w+)") do io = v end
for _, v in ipairs(setmetatable({}, {__index = function(_, i) if i < 4 then return i * 2 end end})) do sum = sum + v end
for _, v in pairs(setmetatable({}, {__pairs = function() return function(_, k) if not k then return 1, 100 end end end})) do sum = sum + v end
print(sum)
local changing = {1, 2, 3, a = 1, b = 2}
for _, v in pairs(changing) do changing[v] = nil changing.a = nil sum = sum + v end
print(sum > 0)
local seen = {}
for _, v in ipairs({1, 2, 3}) do if v == 1 then goto continue end seen[#seen + 1] = function() return v end ::continue:: end
print(seen[1](), seen[2]())
