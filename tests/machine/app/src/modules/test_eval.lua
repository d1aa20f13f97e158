local check = require("check")
local eval = require("eval_runner")

return function()
    local method = "return {triple = function(n) return 3 * n end}"
    check.equal(eval.run{source = method, method = "triple", args = {14}}, 42, "a method")
    check.equal(eval.run{source = "local a, b = ... return a .. b", args = {"x", "y"}}, "xy", "a chunk")
    local encode = "return require('json').encode({...})"
    check.equal(eval.run{source = encode, modules = {"json"}, args = {1, 2}}, "[1,2]", "a module")
    check.equal(eval.run{source = "return sdk.version", custom_modules = {sdk = {version = "9"}}}, "9", "a table of ours")
    check.equal(eval.run{source = "return ctx.get('who')", context = {who = "ada"}}, "ada", "context")

    local numbers = {source = "return require('numbers').twice(4)", imports = {numbers = "app.modules:numbers"}}
    check.equal(eval.run(numbers), 8, "an import")
    local granted = {id = "app.modules:numbers", modules = {"json"}}
    local list = {source = "return require('numbers').list(1)", imports = {numbers = granted}}
    check.equal(eval.run(list), "[1]", "an import with a module of its own")
    list.source = "require('numbers') return require('json')"
    check.failed(errors.INTERNAL, eval.run(list))

    check.failed(errors.INVALID, eval.run{})
    check.failed(errors.INVALID, eval.run{source = "return 1", args = 5})
    check.failed(errors.INTERNAL, eval.run{source = "return +"})
    check.failed(errors.INTERNAL, eval.run{source = "error('no')"})
    check.failed(errors.INVALID, eval.run{source = method, method = "absent"})
    check.failed(errors.INVALID, eval.run{source = "return 1", modules = {"http_client"}})
    local http = {source = "return require('http_client') ~= nil", modules = {"http_client"}}
    http.allow_classes = {"network"}
    check.equal(eval.run(http), true, "a class that is allowed")

    local program = assert(eval.compile(method, "triple", {modules = {"json"}}))
    check.equal(program:method(), "triple", "the method")
    check.equal(table.concat((program:modules())), "json", "the modules")
    check.failed(errors.INTERNAL, eval.compile("return +"))
end
