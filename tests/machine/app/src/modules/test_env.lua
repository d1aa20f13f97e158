local check = require("check")
local env = require("env")

return function()
    check.equal(env.set("GREETING", "good day"), true, "set")
    check.equal(env.get("GREETING"), "good day", "by name")
    check.equal(env.get("app.modules:greeting"), "good day", "by id")
    check.equal(env.get("greeting"), "good day", "by the name of the entry")
    check.equal(env.get("FIXED"), "1", "the default")

    local all = assert(env.get_all())
    check.equal(all.GREETING, "good day", "among all")
    check.equal(all.UNSET, nil, "without a value")
    check.equal(all.PATH, nil, "not declared")

    check.failed(errors.INVALID, env.get(""))
    check.failed(errors.INVALID, env.set("", "x"))
    check.failed(errors.NOT_FOUND, env.get("NOBODY_DECLARED_THIS"))
    check.failed(errors.NOT_FOUND, env.get("UNSET"))
    check.failed(errors.NOT_FOUND, env.set("NOBODY_DECLARED_THIS", "x"))
    check.failed(errors.PERMISSION_DENIED, env.set("FIXED", "2"))
end
