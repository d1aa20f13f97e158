local check = require("check")

return function()
    local worker = assert(process.spawn_monitored("app:worker", "app:host"))
    process.send(worker, "upgrade", {n = 7})
    process.send(worker, "next", "still there")
    local event = process.events():receive()
    check.equal(event.from, worker, "the pid")
    local value = event.result.value
    check.equal(value[1].n, 7, "the state")
    check.equal(value[2], true, "the pid that it sees")
    check.equal(value[3] .. value[4], "nextstill there", "the message that nobody had read")
    check.failed(errors.INVALID, process.upgrade(nil))
end
