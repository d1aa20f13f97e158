local http = require("http")
local json = require("json")

-- Opens a stream of events in the way that the path names.
return function()
    local req, res = http.request(), http.response()
    local how = req:param("how")
    local config = {metadata = {user = "ann"}}
    if how == "producer" then
        config.target_pid = tostring(process.spawn("app:producer", "app:processes"))
    elseif how == "hub" then
        config.target_pid = process.registry.lookup("hub")
        config.heartbeat_interval = "50ms"
    elseif how == "idle" then
        config.idle_timeout = "200ms"
    elseif how == "hard" then
        config.hard_timeout = "200ms"
        config.message_topic = "*"
    elseif how == "gone" then
        config.target_pid = "{app:processes|0xfffff}"
    elseif how == "bad" then
        config.heartbeat_interval = "soon"
    elseif how == "body" then
        res:write("by myself")
    elseif how == "none" then
        return {plain = true}
    end
    res:set_header("X-SSE-Relay", json.encode(config))
end
