local check = require("check")

return function()
    process.set_options{trap_links = true}
    local events = process.events()
    local base = process.with_context{tenant = "x"}:with_context{user = "y"}
    check.equal(base:exec("app:worker", "app:host", "return")[1], "return", "exec")
    check.failed(errors.INTERNAL, base:exec("app:worker", "app:host", "fail"))

    local named = process.with_options{}:with_options{}:with_name("only"):with_message("echo", "hello")
    local first = assert(named:spawn("app:worker", "app:host"))
    local second = assert(named:spawn("app:worker", "app:host"))
    check.equal(first, second, "the owner of the name")
    for _ = 1, 2 do
        local message = process.inbox():receive()
        check.equal(message:from(), first, "who echoes")
        check.equal(message:payload()[1]:data(), "hello", "what it echoes")
    end
    process.terminate("only")

    local watched = assert(base:spawn_monitored("app:worker", "app:host", "return"))
    check.equal(events:receive().from, watched, "an exit")
    local linked = assert(base:spawn_linked("app:worker", "app:host", "fail"))
    check.equal(events:receive().from, linked, "a failure")
    local both = assert(base:spawn_linked_monitored("app:worker", "app:host", "fail"))
    check.equal(events:receive().from, both, "an exit, or a failure")
    check.equal(events:receive().from, both, "a failure, or an exit")

    check.failed(errors.NOT_FOUND, base:spawn("app:nothing", "app:host"))
    check.raised("reserved", base.with_message, base, "@x", 1)
    check.raised("name", base.with_name, base, "")
end
