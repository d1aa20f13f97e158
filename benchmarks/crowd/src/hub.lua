-- Knows everybody who is connected, counts them and tells them all.
return function()
    process.registry.register("hub")
    local clients: {[string]: boolean}, count = {}, 0
    local inbox = process.inbox()
    while true do
        local message = inbox:receive()
        local topic, data = message:topic(), message:payload():data()
        if topic == "ws.join" then
            clients[data.client_pid] = true
            count = count + 1
        elseif topic == "ws.leave" then
            clients[data.client_pid] = nil
            count = count - 1
        elseif topic == "count" then
            process.send(message:from(), "answer", count)
        elseif topic == "tell" then
            for pid in pairs(clients) do
                process.send(pid, "news", data)
            end
            process.send(message:from(), "answer", count)
        end
    end
end
