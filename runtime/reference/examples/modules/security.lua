local security = require("security")

local actor = security.new_actor("user:7", {role = "editor"})
local staff = security.named_scope("app:staff")
print(staff:evaluate(actor, "document.read", "document:1")) --> allow
print(staff:evaluate(actor, "write", "document:1", {owner = "user:7"})) --> allow
print(staff:evaluate(actor, "delete", "document:1", {owner = "user:8"})) --> undefined
print(staff:evaluate(actor, "write", "page:start")) --> allow

local tokens = security.token_store("app:tokens")
local token = tokens:create(actor, staff, {expiration = "15m"})
print(tokens:validate(token):id()) --> user:7
tokens:revoke(token)
local _, _, err = tokens:validate(token)
print(err:kind()) --> Internal
tokens:close()
