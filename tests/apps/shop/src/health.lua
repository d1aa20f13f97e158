local web, database = require("web"), require("database")

return web.handler(function()
    local there, admins = pcall(database.query, "SELECT 1 FROM users WHERE name = 'admin'")
    local ready = there and #admins > 0
    return ready and 200 or 503, {ready = ready}
end)
