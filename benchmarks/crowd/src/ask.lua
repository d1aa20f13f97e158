local http = require("http")
local time = require("time")

-- Asks the hub: POST /count gives how many are connected, POST /tell sends them the body.
return function()
    local request = http.request()
    local answers = process.listen("answer")
    process.send("hub", request:param("what"), request:body())
    local got = channel.select({answers:case_receive(), time.after("60s"):case_receive()})
    http.response():write(got.channel == answers and tostring(got.value) or "no answer")
end
