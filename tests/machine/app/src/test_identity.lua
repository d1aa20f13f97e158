local check = require("check")

return function()
    check.equal(process.id(), "app:test.identity", "id")
    check.equal(type(process.pid()), "string", "pid")
    local result = assert(process.exec("app:worker", "app:host", "return"))
    check.equal(result[2]:sub(1, 10), "{app:host|", "the pid of a process")
end
