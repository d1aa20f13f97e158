local time = require("time")

-- Sends the client that joins a few events, and ends.
return function()
    local inbox = process.inbox()
    while true do
        local msg, ok = inbox:receive()
        if not ok then return end
        local topic, data = msg:topic(), msg:payload():data()
        if topic == "sse.join" then
            process.send(data.client_pid, "other", "not forwarded")
            for i = 1, 3 do
                process.send(data.client_pid, "sse.message", {n = i, user = data.metadata.user})
                time.sleep("20ms")
            end
            process.send(data.client_pid, "sse.message", "tëxt\nline")
            return
        end
    end
end
