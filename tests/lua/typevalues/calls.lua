-- Calling a type gives the value back or raises; the position is that of the call.
type Point = {x: number, y: number}
local data = {x = 1, y = 2, extra = true}
print(Point(data) == data, type(Point), tostring(Point))
print(pcall(function() return Point({x = 1}) end))
print(pcall(Point, 5))
print(pcall(Point))
print(pcall(Point, 1, 2))
print(pcall(Point, Point))
print(string("x"), pcall(string, 5))
print(string:is("x"))
print(string.is(5))
print(number(5), integer(2.0), boolean(false), any(nil), pcall(integer, 2.5))
print(string.format("%d", 5), ("x"):rep(3))
