local contract = require("contract")

-- The default binding; contract.open("app:polite") opens one by its id.
local greeter = contract.get("app:greeter"):open()
print(greeter:greet("ada")) --> Hello Ada
print(contract.is(greeter, "app:greeter")) --> true

local future = greeter:greet_async("grace")
local payload = future:response():receive()
print(payload:data()) --> Hello Grace

print(table.concat(contract.find_implementations("app:greeter"), " ")) --> app:polite
local _, err = contract.open("app:nobody")
print(err:kind()) --> NotFound
