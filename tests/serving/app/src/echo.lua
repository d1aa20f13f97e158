return function()
    local inbox = process.inbox()
    while true do
        local msg, ok = inbox:receive()
        if not ok then return end
        if msg:topic() == "ws.leave" then return end
        process.send(msg:from(), msg:topic(), msg:payload():data())
    end
end
