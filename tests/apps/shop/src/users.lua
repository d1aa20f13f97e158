local web, database, passwords = require("web"), require("database"), require("passwords")

return web.handler(function(request)
    local body = web.body(request, {name = "string", password = "string"})
    if #body.password < 8 then web.refuse(400, "a password has at least 8 characters") end
    local made, err = database.open():execute(
        "INSERT INTO users (name, password, role) VALUES (?, ?, 'customer')", {body.name, passwords.hash(body.password)}
    )
    if errors.is(err, errors.ALREADY_EXISTS) then web.refuse(409, "the name is taken") end
    database.demand(made, err)
    return 201, {id = made.last_insert_id, name = body.name}
end)
