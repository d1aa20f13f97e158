local security, web = require("security"), require("web")

return web.handler(function()
    local meta = security.actor():meta()
    return 200, {name = meta.name, role = meta.role}
end)
