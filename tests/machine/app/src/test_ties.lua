local check = require("check")
local time = require("time")

local function quiet()
    local deadline = time.after("10ms")
    local got = channel.select{process.events():case_receive(), deadline:case_receive()}
    check.equal(got.channel, deadline, "no event")
end

return function()
    process.set_options{trap_links = true}
    local events = process.events()
    local function start() return assert(process.spawn("app:worker", "app:host")) end

    local one = start()
    check.equal(process.monitor(one), true, "monitor")
    check.failed(errors.INTERNAL, process.monitor(one))
    check.equal(process.cancel(one, "enough"), true, "cancel")
    check.equal(events:receive().result.value, "pid.cancel: enough", "how it ended")

    local two = start()
    process.monitor(two)
    check.equal(process.unmonitor(two), true, "unmonitor")
    check.equal(process.terminate(two), true, "terminate")
    quiet()

    local three = start()
    check.equal(process.link(three), true, "link")
    check.equal(process.link(three), true, "link again")
    process.terminate(three)
    local event = events:receive()
    check.equal(event.kind, process.event.LINK_DOWN, "kind")
    check.equal(event.result.error:message(), "process terminated", "why")

    local four = start()
    process.link(four)
    check.equal(process.unlink(four), true, "unlink")
    process.terminate(four)
    quiet()

    local five = start()
    process.link(five)
    process.send(five, "end", 1)
    quiet()

    for _, call in ipairs{process.monitor, process.link, process.cancel, process.terminate} do
        check.failed(errors.NOT_FOUND, call(five))
    end
    check.equal(process.unmonitor(five), true, "unmonitor of nobody")
    check.equal(process.unlink(five), true, "unlink of nobody")
end
