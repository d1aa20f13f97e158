local env = require("env")

print(env.get("GREETING")) --> hello
env.set("GREETING", "good morning")
print(env.get("app:greeting")) --> good morning

local _, err = env.get("UNDECLARED")
print(err:kind()) --> NotFound
print(env.get_all().GREETING) --> good morning
