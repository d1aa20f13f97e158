local web, database = require("web"), require("database")

return web.handler(function()
    return 200, {events = database.query("SELECT kind, path, data FROM audit ORDER BY id")}
end)
