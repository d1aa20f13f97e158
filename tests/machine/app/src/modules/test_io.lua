-- A function has no terminal; conversation.lua has one.
local check = require("check")
local io = require("io")

return function()
    for _, name in ipairs{"write", "print", "eprint", "read", "readline", "raw", "flush"} do
        check.failed(errors.UNAVAILABLE, io[name]())
    end
    check.failed(errors.UNAVAILABLE, io.write("text"))
    check.failed(errors.UNAVAILABLE, io.print("text"))
    check.failed(errors.UNAVAILABLE, io.eprint("text"))
    check.failed(errors.UNAVAILABLE, io.read(5))
    check.failed(errors.UNAVAILABLE, io.readline())
    check.failed(errors.UNAVAILABLE, io.raw(true))
    check.failed(errors.UNAVAILABLE, io.flush())
    check.equal(#io.args(), 0, "arguments")
end
