-- Knows all clients, broadcasts, and remembers what happened; `ask` asks it.
return function()
    process.registry.register("hub")
    local clients, seen, count = {}, {}, 0
    local events, inbox = process.events(), process.inbox()
    while true do
        local got = channel.select({inbox:case_receive(), events:case_receive()})
        if not got.ok then return end
        if got.channel == events then
            if got.value.kind == process.event.CANCEL then return end
            table.insert(seen, {topic = "event", kind = got.value.kind, value = got.value.result and got.value.result.value})
        else
            local msg = got.value
            local topic, data, from = msg:topic(), msg:payload() and msg:payload():data(), msg:from()
            if topic == "ask" then
                process.send(from, "answer", {count = count, seen = seen})
            elseif topic == "attach" then
                process.send(data, "sse.control", {target_pid = process.pid()})
            elseif topic == "broadcast" then
                for pid in pairs(clients) do process.send(pid, "broadcast", data) end
                process.send(from, "answer", count)
            else
                if topic:match("%.join$") then
                    clients[data.client_pid] = true
                    count = count + 1
                    process.monitor(from)
                elseif topic:match("%.leave$") then
                    clients[data.client_pid] = nil
                    count = count - 1
                end
                local same = type(data) == "table" and data.client_pid == from
                if count <= 10 then table.insert(seen, {topic = topic, data = data, same = same}) end
            end
        end
    end
end
