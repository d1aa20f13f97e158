local check = require("check")
local funcs = require("funcs")

return function()
    local plain = errors.new("it broke")
    check.equal(plain:kind(), errors.UNKNOWN, "the kind of a text")
    check.equal(plain:message(), "it broke", "message")
    check.equal(tostring(plain), "it broke", "as text")
    check.equal(plain:retryable(), nil, "nobody knows")
    check.equal(plain:details(), nil, "no details")

    local full = errors.new{
        message = "no such user", kind = errors.NOT_FOUND, retryable = false, details = {id = 7, tried = {"a", "b"}},
    }
    check.equal(full:retryable(), false, "not to be tried again")
    check.equal(full:details().id .. full:details().tried[2], "7b", "details")
    check.equal(errors.is(full, errors.NOT_FOUND), true, "its kind")
    check.equal(errors.is(full, errors.INVALID), false, "another kind")
    check.equal(errors.is(nil, errors.INVALID), false, "no error")
    check.equal(errors.is("text", errors.INVALID), false, "a text")

    local wrapped = errors.wrap(full, "loading the page")
    check.equal(wrapped:message(), "no such user", "the message stays")
    check.equal(wrapped:kind(), errors.NOT_FOUND, "the kind stays")
    check.equal(wrapped:retryable(), false, "so does whether to try again")
    check.equal(wrapped:details().id, 7, "and the details")
    check.equal(errors.wrap("just text", "somewhere"):message(), "just text", "a text can be wrapped")

    local _, caught = pcall(error, full)
    check.equal(caught, full, "raised and caught unchanged")
    local _, raised = funcs.call("app:refuses", errors.RATE_LIMITED)
    check.equal(raised:kind(), errors.RATE_LIMITED, "across a call")
    check.equal(full:stack():find("test.errors", 1, true) ~= nil, true, "the stack names this entry")
    local stack = errors.call_stack(full)
    check.equal(stack.frames[1].source, "app.modules:test.errors", "where it was made")
    check.equal(stack.frames[1].line, 12, "in which line")
    check.equal(type(stack.thread), "string", "in which coroutine")
    check.equal(errors.call_stack("text"), nil, "a text has none")

    check.raised("message", errors.new, {kind = errors.INVALID})
    check.raised("bad argument #1", errors.new, 5)
    local kinds = {}
    for name, kind in pairs(errors) do
        if name:upper() == name then kinds[#kinds + 1] = kind end
    end
    check.equal(#kinds, 11, "the kinds")
end
