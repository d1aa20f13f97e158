"""Channels and select in Lua (semantics 3, documentation page lua/core/channel)."""

from __future__ import annotations


def test_sender_and_receiver_meet(lua):
    body = """
    local ch, log = channel.new(), {}
    coroutine.spawn(function()
        for n = 1, 3 do
            log[#log + 1] = "s" .. n
            ch:send(n)
        end
        ch:close()
    end)
    for _ = 1, 3 do
        local value = ch:receive()
        log[#log + 1] = "r" .. value
    end
    local value, ok = ch:receive()
    return {table.concat(log, " "), value == nil, ok}
    """
    assert lua.run(body) == ["s1 r1 s2 s3 r2 r3", True, False]


def test_a_buffer_holds_senders_up_only_when_full(lua):
    body = """
    local ch, sent = channel.new(2), 0
    coroutine.spawn(function() for n = 1, 5 do ch:send(n) sent = n end end)
    local early = sent
    local first = ch:receive()
    coroutine.yield()
    return {early, first, sent}
    """
    assert lua.run(body) == [2, 1, 3]


def test_closing(lua):
    body = """
    local seen = {}
    local buffered = channel.new(3)
    buffered:send(1)
    buffered:close()
    buffered:close()
    seen[1], seen[2] = buffered:receive()
    seen[3] = select(2, buffered:receive())
    local ok, message = pcall(function() buffered:send(2) end)
    seen[4], seen[5] = ok, message:find("send on closed channel", 1, true) ~= nil
    local waiting, result = channel.new(), nil
    coroutine.spawn(function() result = table.pack(waiting:send(1)) end)
    waiting:close()
    coroutine.yield()
    seen[6], seen[7] = result[1] == nil, result[2]:message()
    local empty, heard = channel.new(), nil
    coroutine.spawn(function() heard = table.pack(empty:receive()) end)
    empty:close()
    coroutine.yield()
    seen[8], seen[9] = heard[1] == nil, heard[2]
    return seen
    """
    expected = [1, True, False, False, True, True, "send on closed channel", True, False]
    assert lua.run(body) == expected


def test_select_takes_the_first_that_is_ready(lua):
    body = """
    local a, b, seen = channel.new(1), channel.new(1), {}
    a:send("a") b:send("b")
    local r = channel.select{b:case_receive(), a:case_receive()}
    seen[1], seen[2], seen[3] = r.channel == b, r.value, r.ok
    r = channel.select{b:case_receive(), a:case_send("more"), default = true}
    seen[4], seen[5] = r.default, r.ok
    r = channel.select({b:case_receive(), a:case_send("more")}, true)
    seen[6] = r.default
    r = channel.select{b:case_send("sent")}
    seen[7], seen[8], seen[9] = r.channel == b, r.value, r.ok
    a:close()
    a:receive()
    r = channel.select{a:case_receive(), b:case_receive()}
    seen[10], seen[11], seen[12] = r.channel == a, r.value == nil, r.ok
    return seen
    """
    assert lua.run(body) == [True, "b", True, True, True, True, True, "sent", True, True, True, False]


def test_select_waits_for_any(lua):
    body = """
    local a, b, out, seen = channel.new(), channel.new(), channel.new(), {}
    coroutine.spawn(function() coroutine.yield() b:send("late") end)
    local r = channel.select{a:case_receive(), b:case_receive(), out:case_send("x")}
    seen[1], seen[2] = r.channel == b, r.value
    coroutine.spawn(function() coroutine.yield() seen[3] = out:receive() end)
    r = channel.select{a:case_receive(), out:case_send("x")}
    coroutine.yield()
    seen[4], seen[5], seen[6] = r.channel == out, r.value, r.ok
    -- the cases that lost have left: nobody is there
    seen[7] = channel.select{a:case_send(1), b:case_send(1), default = true}.default
    seen[8] = channel.select{out:case_receive(), default = true}.default
    return seen
    """
    assert lua.run(body) == [True, "late", "x", True, "x", True, True, True]


def test_select_on_one_channel_twice(lua):
    body = """
    local ch = channel.new()
    coroutine.spawn(function() coroutine.yield() ch:send(5) end)
    local r = channel.select{ch:case_receive(), ch:case_receive()}
    return {r.value, channel.select{ch:case_send(1), default = true}.default}
    """
    assert lua.run(body) == [5, True]


def test_a_send_case_on_a_closed_channel_raises(lua):
    body = """
    local shut, open = channel.new(), channel.new()
    shut:close()
    local one = pcall(channel.select, {shut:case_send(1)})
    local late = channel.new()
    coroutine.spawn(function() coroutine.yield() late:close() end)
    local two, message = pcall(channel.select, {late:case_send(1), open:case_receive()})
    return {one, two, message:find("send on closed channel", 1, true) ~= nil}
    """
    assert lua.run(body) == [False, False, True]


def test_what_is_no_case_is_refused_and_a_hole_is_not(lua):
    body = """
    local ch = channel.new(1)
    ch:send(1)
    local ok, message = pcall(channel.select, {ch})
    local r = channel.select{nil, ch:case_receive()}
    return {ok, message, r.value}
    """
    ok, message, value = lua.run(body)
    assert ok is False
    assert "invalid case in select: element 1 is a userdata; write ch:case_receive()" in message
    assert value == 1


def test_channels_are_equal_to_themselves_and_keys(lua):
    body = """
    local ch = channel.new(-3)
    local t = {[ch] = 1}
    coroutine.spawn(function() ch:send(nil) end)
    local r = channel.select{ch:case_receive()}
    return {t[r.channel], type(ch), r.ok, r.value == nil}
    """
    assert lua.run(body) == [1, "userdata", True, True]


def test_receivers_and_senders_are_served_in_order(lua):
    body = """
    local ch, order = channel.new(), {}
    for n = 1, 4 do
        coroutine.spawn(function()
            local value = ch:receive()
            order[#order + 1] = n .. "=" .. value
        end)
    end
    for n = 1, 4 do ch:send(n) end
    coroutine.yield()
    for n = 1, 4 do coroutine.spawn(function() ch:send(n) end) end
    for n = 1, 4 do order[#order + 1] = ch:receive() end
    return table.concat(order, " ")
    """
    assert lua.run(body) == "1=1 2=2 3=3 4=4 1 2 3 4"


def test_waiting_works_at_any_depth(lua):
    body = """
    local ch = channel.new()
    coroutine.spawn(function() for n = 1, 9 do ch:send(n) end end)
    local function wait() return (ch:receive()) end
    local meta = setmetatable({}, {
        __index = wait, __add = wait, __call = wait, __eq = function() return wait() > 0 end, __len = wait,
    })
    local seen = {meta.x, meta + 1, meta(), #meta, select(2, pcall(wait))}
    for n in function(_, last) if not last then return wait() end end do seen[#seen + 1] = n end
    local list = {2, 1}
    table.sort(list, function(a, b) wait() return a < b end)
    seen[#seen + 1] = ("x"):gsub("x", function() return tostring(wait()) end)
    return seen
    """
    found = lua.run(body)
    assert found[:6] == [1, 2, 3, 4, 5, 6]
    assert found[6] in ("8", "9")


def test_a_thousand_selects_on_one_channel_leave_nothing(lua):
    body = """
    local shutdown, done = channel.new(), 0
    for _ = 1, 1000 do
        local work = channel.new(1)
        coroutine.spawn(function()
            channel.select{shutdown:case_receive(), work:case_receive()}
            done = done + 1
        end)
        work:send(1)
    end
    coroutine.yield()
    return {done, channel.select{shutdown:case_send(1), default = true}.default}
    """
    assert lua.run(body) == [1000, True]
