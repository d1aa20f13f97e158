local security, web = require("security"), require("web")

return web.handler(function(request)
    local token = request:header("Authorization"):match("^Bearer (.*)$")
    security.token_store("shop:tokens"):revoke(token)
    return 200, {}
end)
