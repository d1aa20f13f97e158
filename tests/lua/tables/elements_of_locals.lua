-- Elements of locals, parameters and loop variables that hold tables, strings, nothing, now this, now that.
local function area(shape) return shape.width * shape.height + shape.width end
print(area({width = 2, height = 3}))
print(pcall(area, nil))
print(pcall(area, 5))
print(select(2, pcall(area, "text")))

local function lengths(text) return text.len, text.len == string.len, text.nothing, text:upper(), text:len() end
print(select(2, lengths("abc")))

local function move(point, by)
  point.x = point.x + by
  point.y = point.y + by
  return point
end
local moved = move({x = 1, y = 2}, 10)
print(moved.x, moved.y)
print(pcall(move, "text", 1))
print(pcall(move, nil, 1))

-- A local that is assigned again and again.
local node = {value = 1, next = {value = 2, next = {value = 3}}}
local total = 0
while node do
  total = total + node.value
  if node.value == 2 then print("two", node.value, node.next.value) end
  node = node.next
end
print(total, node)
node = {value = 7}
print(node.value, node.value)
node, node.value = {value = 8, old = "new"}, 9
print(node.value, node.old)

-- Results of a call, parameters of a function that calls itself, variables of loops.
local function two() return {a = 1, b = 2}, {a = 3, b = 4} end
local left, right = two()
print(left.a + left.b, right.a + right.b)
local function sum(list, total)
  if not list then return total end
  local weight = list.value * list.factor
  return sum(list.next, total + weight)
end
print(sum({value = 1, factor = 2, next = {value = 3, factor = 4, next = {value = 5, factor = 6}}}, 0))
for _, item in ipairs({{a = 1, b = 2}, {a = 3, b = 4}}) do item.a = item.a + item.b print(item.a, item.b) end
for _, item in pairs({"x"}) do print(item.a, item.b, item:rep(3)) end

-- A closure sees the elements of an outer local; a local of a loop has its own in each round.
local outer = two()
local function bump() outer.a = outer.a + 1 outer.b = outer.b + 1 return outer.a, outer.b end
print(bump()) print(bump()) print(outer.a)
local reads = {}
for i = 1, 3 do
  local own = two()
  own.a = own.a * i
  own.b = own.b * i
  reads[i] = function() own.a = own.a + 1 return own.a, own.b end
end
print(reads[1]()) print(reads[3]()) print(reads[3]())
