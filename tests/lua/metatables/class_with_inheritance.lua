-- Classes the usual way.
local Animal = {}
Animal.__index = Animal
function Animal.new(name) return setmetatable({ name = name }, Animal) end
function Animal:speak() return self.name .. " " .. self:sound() end
function Animal:sound() return "makes a sound" end
local Dog = setmetatable({}, { __index = Animal })
Dog.__index = Dog
function Dog.new(name)
  local self = setmetatable(Animal.new(name), Dog)
  self.tricks = {}
  return self
end
function Dog:sound() return "barks" end
function Dog:learn(t) table.insert(self.tricks, t) return self end
local d = Dog.new("Rex"):learn("sit"):learn("roll")
print(d:speak(), Animal.new("Cat"):speak(), table.concat(d.tricks, ","), rawget(d, "speak"))
