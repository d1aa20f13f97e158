local check = require("check")
local registry = process.registry

return function()
    local worker = assert(process.spawn_monitored("app:worker", "app:host"))
    check.equal(registry.register("worker", worker), true, "register another")
    check.equal(registry.register("worker", worker), true, "register again")
    check.failed(errors.ALREADY_EXISTS, registry.register("worker"))
    check.equal(registry.lookup("worker"), worker, "lookup")
    check.equal(registry.register("me", nil, registry.LOCAL), true, "register itself")
    check.equal(registry.lookup("me"), process.pid(), "lookup of itself")
    check.equal(registry.unregister("me"), true, "unregister")
    check.equal(registry.unregister("me"), false, "unregister again")
    check.failed(errors.NOT_FOUND, registry.lookup("me"))
    check.failed(errors.INTERNAL, registry.register("me", nil, registry.CONSISTENT))
    process.send("worker", "end", "by name")
    check.equal(process.events():receive().result.value, "by name", "a message to a name")
    check.failed(errors.NOT_FOUND, registry.lookup("worker"))
end
