-- `workflow` is for workflows, such as `welcoming`, which runs here until it ends; `greet` is its activity.
local result, err = process.exec("app:welcoming", "app:durable", "ada")
if err then error(err) end
print(result.greeting, result.version) --> Hello Ada 2

local workflow = require("workflow")
local _, outside = workflow.info()
print(outside:kind()) --> Invalid
