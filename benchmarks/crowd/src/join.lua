local http = require("http")
local json = require("json")

return function()
    local config = {target_pid = process.registry.lookup("hub")}
    http.response():set_header("X-WS-Relay", json.encode(config))
end
