-- A value type with operators.
local V = {}
V.__index = V
local function vec(x, y) return setmetatable({ x = x, y = y }, V) end
V.__add = function(a, b) return vec(a.x + b.x, a.y + b.y) end
V.__mul = function(a, k) if type(a) == "number" then a, k = k, a end return vec(a.x * k, a.y * k) end
V.__eq = function(a, b) return a.x == b.x and a.y == b.y end
V.__tostring = function(v) return "(" .. v.x .. ", " .. v.y .. ")" end
V.__unm = function(v) return vec(-v.x, -v.y) end
V.__len = function() return 2 end
print(tostring(vec(1, 2) + vec(3, 4) * 2), 3 * vec(1, 1) == vec(3, 3), tostring(-vec(1, -1)), #vec(0, 0))
