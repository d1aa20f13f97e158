local check = require("check")
local io = require("io")

return function(...)
    check.equal(select("#", ...), 2, "arguments")
    check.equal(table.concat(io.args(), " "), "one two", "io.args")
    check.equal(io.write("name", "? ", 1, nil), true, "write")
    check.equal(io.flush(), true, "flush")
    check.equal(io.readline(), "ada", "a line")
    check.equal(io.read(3), "abc", "three bytes")
    check.equal(io.readline(), "def", "what is left of the line")
    check.equal(io.eprint("to", "stderr"), true, "eprint")
    check.equal(io.print("hello", "ada", 2), true, "print")
    check.failed(errors.INTERNAL, io.readline())
    check.failed(errors.INTERNAL, io.raw(true))
    return 7
end
