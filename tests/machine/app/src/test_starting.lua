local check = require("check")

local function ended(pid: string, kind: string)
    local event = process.events():receive()
    check.equal(event.kind, kind, "kind of event")
    check.equal(event.from, pid, "whose event")
    check.equal(math.type(event.at), "integer", "when")
    return event.result
end

return function()
    check.equal(process.get_options().trap_links, false, "trap_links at first")
    check.equal(process.set_options({trap_links = true}), true, "set_options")
    check.equal(process.get_options().trap_links, true, "trap_links")
    check.failed(errors.INVALID, process.set_options({nothing = true}))

    local plain = assert(process.spawn("app:worker", "app:host"))
    local watched = assert(process.spawn_monitored("app:worker", "app:host", "return"))
    check.equal(ended(watched, process.event.EXIT).value[2], watched, "its result")
    local linked = assert(process.spawn_linked("app:worker", "app:host", "fail"))
    check.equal(ended(linked, process.event.LINK_DOWN).error:message(), "it fails", "its error")
    local both = assert(process.spawn_linked_monitored("app:worker", "app:host", "fail"))
    local first, second = process.events():receive(), process.events():receive()
    check.equal(first.from == both and second.from == both and first.kind ~= second.kind, true, "one event of each kind")

    check.failed(errors.INTERNAL, process.exec("app:worker", "app:host", "fail"))
    check.failed(errors.NOT_FOUND, process.spawn("app:nothing", "app:host"))
    check.failed(errors.NOT_FOUND, process.spawn("app:worker", "app:nowhere"))
    check.failed(errors.INVALID, process.spawn("app:worker"))
    process.send(plain, "end", 1)
end
