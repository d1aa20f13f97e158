local yaml = require("yaml")

local value = yaml.decode("name: tea\ntags: [hot, green]\n")
print(value.name, #value.tags) --> tea 2
print((yaml.encode({list = {1, 2}}):gsub("\n", " "))) --> list: - 1 - 2 
local _, err = yaml.decode("a: [1")
print(err:kind()) --> Internal
