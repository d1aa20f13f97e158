-- Type:is gives the value, or nil and an error that tells the path.
type User = {name: string @min_len(2), age?: integer @min(0) @max(150), tags: {string}, boss?: User}
type Status = "on" | "off" | 3
type Score = number @min(0) @max(10)
type Scores = {[string]: Score}
type Mail = string @pattern("^.+@.+\\..+$")
type Callback = (number) -> boolean
type Both = {a: number} & {b: string}
local function show(value, err)
  if err == nil then print("ok", value ~= nil) return end
  local details = err:details()
  print(value, err:message(), err:kind(), details and details.field, details and details.constraint)
end
show(User:is({name = "Ann", tags = {}, boss = {name = "Bo", tags = {"x"}}}))
show(User:is({name = "Ann", tags = {"a", 5}}))
show(User.is({name = "Ann", tags = {}, boss = {name = "Bo"}}))
show(User:is({name = "A", tags = {}}))
show(User:is({name = "Ann", tags = {}, age = 2.5}))
show(User:is({name = "Ann", tags = {}, age = 200}))
show(User:is({name = "Ann", tags = {}, age = -1}))
show(User:is("Ann"))
show(Status:is("on")) show(Status:is(3.0)) show(Status:is(true))
show(Scores:is({math = 5})) show(Scores:is({math = 11}))
show(Mail:is("a@b.c")) show(Mail:is("none"))
show(Callback:is(print)) show(Callback:is({}))
show(Both:is({a = 1, b = "x"})) show(Both:is({a = 1}))
