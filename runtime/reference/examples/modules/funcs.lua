local funcs = require("funcs")

local greeting, err = funcs.call("app:greet", "you")
print(greeting, err) --> Hello You nil

local future = funcs.async("app:greet", "later")
local payload = future:response():receive()
print(payload:data()) --> Hello Later

local patient = funcs.new():with_options({timeout = "5s", retry = {max_attempts = 3}})
print(patient:call("app:greet", "friend")) --> Hello Friend

local _, missing = funcs.call("app:nothing")
print(missing:kind()) --> NotFound
