local http = require("http")
local json = require("json")

-- Opens a relay in the way that the path names: to a process of its own, to the hub, or wrongly.
return function()
    local req, res = http.request(), http.response()
    local how = req:param("how")
    local config = {metadata = {user = req:query("user") or "nobody"}}
    if how == "echo" then
        config.target_pid = tostring(process.spawn("app:echo", "app:processes"))
    elseif how == "hub" then
        config.target_pid = process.registry.lookup("hub")
    elseif how == "fast" then
        config.target_pid = process.registry.lookup("hub")
        config.heartbeat_interval = "50ms"
        config.message_topic = "fast.message"
    elseif how == "gone" then
        config.target_pid = "{app:processes|0xfffff}"
    elseif how == "bad" then
        config.target_pid = "nobody"
    elseif how == "none" then
        return {plain = true}
    elseif how == "denied" then
        res:set_status(403)
    end
    res:set_header("X-Own", "kept")
    res:set_header("X-WS-Relay", how == "broken" and "{" or json.encode(config))
end
