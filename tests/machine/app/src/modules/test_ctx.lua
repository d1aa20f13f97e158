local check = require("check")
local ctx = require("ctx")
local funcs = require("funcs")

return function()
    check.equal(next((ctx.all())), nil, "no values")
    check.failed(errors.NOT_FOUND, ctx.get("user"))
    check.failed(errors.INVALID, ctx.get(""))

    local with = funcs.new():with_context{user = "ada", depth = 1, nested = {list = {1, 2}}}
    check.equal(with:call("app.modules:context", "user"), "ada", "a text")
    check.equal(with:call("app.modules:context", "nested").list[2], 2, "a table")
    local all = with:with_context{depth = 2}:call("app.modules:context")
    check.equal(all.user .. all.depth, "ada2", "what is added goes before what was there")
    check.failed(errors.NOT_FOUND, with:call("app.modules:context", "other"))
    check.failed(errors.NOT_FOUND, ctx.get("user"))
end
