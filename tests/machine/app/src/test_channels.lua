local check = require("check")
local time = require("time")

return function()
    local meet, room = channel.new(), channel.new(2)
    local thread = coroutine.spawn(function()
        for n = 1, 3 do meet:send(n) end
        meet:close()
        meet:close()
    end)
    check.equal(type(thread), "thread", "what coroutine.spawn gives")
    local sum = 0
    while true do
        local n, ok = meet:receive()
        if not ok then break end
        sum = sum + n
    end
    check.equal(sum, 6, "what was sent")
    check.raised("send on closed channel", meet.send, meet, 1)

    check.equal(room:send("a"), true, "send with room")
    local sent = channel.select{room:case_send("b")}
    check.equal(sent.ok and sent.value, "b", "a case that sends")
    check.equal(sent.channel, room, "its channel")
    check.equal(channel.select({room:case_send("c")}, true).default, true, "the default of a full channel")
    local got = channel.select{room:case_receive(), meet:case_receive()}
    check.equal(got.value, "a", "the first case that is ready")
    check.equal(room:receive(), "b", "the rest")
    local closed = channel.select{room:case_receive(), meet:case_receive(), default = true}
    check.equal(closed.channel == meet and closed.ok == false and closed.value == nil, true, "a closed channel")
    local deadline = time.after("5ms")
    check.equal(channel.select{room:case_receive(), deadline:case_receive()}.channel, deadline, "the deadline")
    check.equal(select(2, deadline:receive()), false, "a deadline that is over")
    check.raised("invalid case", channel.select, {1})
end
