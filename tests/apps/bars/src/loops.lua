-- Starts a process that never yields, and ends it by force.

local http = require("http")
local time = require("time")

local function start()
    local form = http.request():param("form")
    local spinning = process.listen("spinning")
    assert(process.spawn("bars:looper", "bars:processes", form, process.pid()))
    spinning:receive()
    return {spinning = true}
end

local function finish()
    local name = "loop." .. http.request():param("form")
    local pid = assert(process.registry.lookup(name))
    local events = process.events()
    assert(process.monitor(pid))
    assert(process.terminate(pid))
    local patience = time.after("5s")
    local case = channel.select({events:case_receive(), patience:case_receive()})
    return {ended = case.channel == events and case.value.kind == process.event.EXIT and case.value.from == pid}
end

return {start = start, finish = finish}
