-- What a type tells of itself.
type User = {name: string, age?: number, list: {integer}, map: {[string]: boolean}, f: (number, string) -> (boolean, string)}
print(User:kind(), User:name(), User.kind())
for name, field in User:fields() do print(name, field, field:kind()) end
print(User.name, User.name:kind(), User.list:elem(), User.map:key(), User.map:val(), User.age:inner())
for parameter in User.f:params() do print(parameter:kind()) end
print(User.f:ret(), User.f:ret():kind(), User:elem(), User:variants())
type Status = "on" | "off"
for variant in Status:variants() do print(variant) end
print(Integer <= Number, Integer < Number, Number < Integer, Number == number, Number ~= String)
local handlers = {[Integer] = "integer", [String] = "string"}
print(handlers[typeof(5)], handlers[typeof("x")], typeof({1}), typeof(nil))
print(pcall(function() User.name = 1 end))
