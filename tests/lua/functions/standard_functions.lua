-- Standard functions called directly, through locals, as methods, with results cut and handed on.
local floor, insert = math.floor, table.insert
print(floor(3.7), math.floor(-3.2), math.type(floor(2.0)))
print((math.modf(3.25)), math.modf(3.25))
local list = {}
for i = 1, 5 do insert(list, i * i) end
table.insert(list, 1, 0)
print(table.concat(list, ","), #list, table.remove(list), #list, table.remove(list, 1))
print(table.unpack(list))
local text = "hello" .. " " .. "world"
print(text:upper(), text:len(), text:sub(1, 5):rep(2, "-"), ("x"):byte(), ("%d%%"):format(5))
print(text:find("o"), (text:find("o")))
print(select(2, pcall(function() return text:missing() end)))
print(select(2, pcall(function() return math.floor({}) end)))
for i, v in ipairs({"a", "b", "c"}) do
  if i % 2 == 1 then print(i, v, i // 2, math.type(i)) end
end
local function total(...)
  local sum = 0
  for _, v in ipairs({...}) do sum = sum + tonumber(v) end
  return sum
end
print(total("1", 2, "3.5"))
-- Names of standard functions that mean something else.
local function shadow()
  local tostring = function(v) return "<" .. v .. ">", "second" end
  return tostring(1)
end
print(shadow())
local math = {floor = function(x) return x, "mine" end}
print(math.floor(1.5))
do local type = function() return "nothing" end print(type(1)) end
print(type(1), type(nil))
-- A global of a standard name, assigned in the chunk.
local original = next
function next(t) return "next", original(t) end
print(next({5}))
next = original
print(next({5}))
