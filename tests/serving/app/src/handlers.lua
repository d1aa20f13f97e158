local http = require("http")
local json = require("json")
local time = require("time")
local system = require("system")
local registry = require("registry")

local handlers = {}

function handlers.hello()
    local req, res = http.request(), http.response()
    res:write_json({hello = req:param("name"), worker = system.process.pid(), remote = req:remote_addr()})
end

-- Gives back what was sent, or fails with the error of reading it.
function handlers.body()
    local data, err = http.request({max_body = 1000000}):body()
    if err then error(err) end
    http.response():write(tostring(#data) .. ":" .. data:sub(1, 20))
end

function handlers.json()
    local data, err = http.request():body_json()
    if err then error(err) end
    http.response():write_json({kind = type(data)})
end

function handlers.slow()
    time.sleep(http.request():param("ms") .. "ms")
    http.response():write("slow")
end

function handlers.inject()
    local res = http.response()
    local value = http.request():query("value")
    local failed = res:set_header("X-Injected", value)
    if failed.kind then res:write("refused: " .. failed:message()) else res:write("taken") end
end

function handlers.long()
    local res = http.response()
    res:set_content_type("text/plain")
    res:write(string.rep("0123456789", 20000))
end

-- Adds a function and its endpoint, and a service.
function handlers.change()
    local name = http.request():param("name")
    local changes = registry.snapshot():changes()
    changes:create({
        id = "live:" .. name, kind = "function.lua",
        data = {source = "return function() return {live = '" .. name .. "'} end"},
    })
    changes:create({
        id = "live:get." .. name, kind = "http.endpoint", meta = {router = "app:live"},
        data = {method = "GET", path = "/" .. name, func = "live:" .. name},
    })
    changes:create({
        id = "live:beacon." .. name, kind = "process.service",
        data = {process = "app:beacon", host = "app:processes", lifecycle = {auto_start = true}},
    })
    local version, err = changes:apply()
    if err then error(err) end
    http.response():write_json({version = version:id(), worker = system.process.pid()})
end

function handlers.open()
    local pid = process.spawn("app:echo", "app:processes")
    http.response():set_header("X-WS-Relay", json.encode({target_pid = tostring(pid)}))
end

function handlers.stream()
    http.response():set_header("X-SSE-Relay", json.encode({}))
end

return handlers
