local security = require("security")
local web, database, passwords = require("web"), require("database"), require("passwords")

return web.handler(function(request)
    local body = web.body(request, {name = "string", password = "string"})
    local user = database.query("SELECT id, password, role FROM users WHERE name = ?", body.name)[1]
    if user == nil or not passwords.matches(body.password, user.password) then
        web.refuse(401, "the name or the password is wrong")
    end
    local actor = security.new_actor("user:" .. user.id, {id = user.id, name = body.name, role = user.role})
    local scope = database.demand(security.named_scope("shop:" .. user.role))
    local tokens = security.token_store("shop:tokens")
    local token = database.demand(tokens:create(actor, scope, {expiration = body.expiration}))
    tokens:close()
    return 200, {token = token, role = user.role}
end)
