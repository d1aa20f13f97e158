local check = require("check")
local funcs = require("funcs")

return function()
    check.equal(funcs.call("app:echo", "x"), "x", "call")
    check.equal(funcs.call("app:callable", "y"), "y", "call of a process")
    local value, err = funcs.call("app:refuses", errors.CONFLICT)
    check.failed(errors.CONFLICT, value, err)
    check.equal(err:message() .. err:details().n, "refused1", "message and details")
    check.equal(err:retryable(), false, "retryable")
    check.failed(errors.NOT_FOUND, funcs.call("app:nothing"))
    check.failed(errors.INVALID, funcs.call("nothing"))
    check.failed(errors.INVALID, funcs.call(""))

    local first, second = funcs.async("app:echo", 1), funcs.async("app:echo", 2)
    check.equal(second:response():receive():data() + first:response():receive():data(), 3, "two at a time")
    check.failed(errors.NOT_FOUND, funcs.async("app:nothing"))

    local plain = funcs.new()
    local limited = plain:with_context{a = 1}:with_options{timeout = 10}
    check.equal(plain ~= limited, true, "another executor")
    check.failed(errors.TIMEOUT, limited:call("app:hangs"))
    check.equal(limited:call("app:echo", "z"), "z", "call with options")
    check.equal(limited:async("app:echo", "z"):response():receive():data(), "z", "async with options")
    check.failed(errors.INVALID, plain:with_options{timeout = "soon"})
end
