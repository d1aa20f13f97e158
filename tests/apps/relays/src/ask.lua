local http = require("http")
local time = require("time")

-- Asks the hub something and answers with what it says.
return function()
    local answers = process.listen("answer")
    process.send("hub", http.request():param("what"), http.request():query("text") or "hello all")
    local got = channel.select({answers:case_receive(), time.after("5s"):case_receive()})
    return got.channel == answers and got.value or {error = "no answer"}
end
