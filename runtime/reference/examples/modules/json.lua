local json = require("json")

local text = json.encode({name = "tea", tags = {"hot", "green"}})
print(json.decode(text).tags[2]) --> green

local schema = {type = "object", required = {"name"}, properties = {name = {type = "string"}}}
print(json.validate(schema, {name = "tea"})) --> true
local valid, err = json.validate(schema, {name = 5})
print(valid, err:kind()) --> false Invalid
