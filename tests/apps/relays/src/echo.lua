-- Sends everything back to the client it comes from; some words do more.
return function()
    local inbox = process.inbox()
    while true do
        local msg, ok = inbox:receive()
        if not ok then return end
        local topic, data, from = msg:topic(), msg:payload():data(), msg:from()
        if topic == "ws.message" and data == "die" then
            return
        elseif topic == "ws.message" and data == "fail" then
            error("told to")
        elseif topic == "ws.message" and data == "bye" then
            process.send(from, "ws.close", "Session ended")
        elseif topic == "ws.message" and data == "drop" then
            process.send(from, "ws.close")
        elseif topic == "ws.message" and data == "cancel" then
            process.cancel(from)
        elseif topic == "ws.message" and data == "link" then
            process.link(from)
            error("linked to the client")
        elseif topic == "ws.message" and data == "none" then
            process.send(from, "nothing")
            process.send(from, "two", 1, {a = {1, 2}})
        elseif topic == "ws.message" and data == "move" then
            process.send(from, "ws.control", {
                target_pid = process.registry.lookup("hub"), message_topic = "moved", metadata = {user = "mover"},
            })
        elseif topic == "ws.message" and data == "wrong" then
            process.send(from, "ws.control", {target_pid = "nobody"})
            process.send(from, "still", "here")
        elseif topic == "ws.leave" then
            return
        else
            process.send(from, topic, data)
        end
    end
end
