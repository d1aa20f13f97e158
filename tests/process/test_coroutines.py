"""Coroutines of a process: spawned ones, and those that Lua code resumes by itself (dialect 4.8)."""

from __future__ import annotations

from runtime.binding import Failure


def test_a_spawned_coroutine_starts_before_spawn_returns(lua):
    body = """
    local log = {}
    local thread = coroutine.spawn(function(...) log[1] = select("#", ...) log[2] = coroutine.running() end, 1, 2)
    return {type(thread), log[1], log[2] == thread, coroutine.status(thread)}
    """
    assert lua.run(body) == ["thread", 0, True, "dead"]


def test_only_the_scheduler_resumes_a_spawned_coroutine(lua):
    body = """
    local own
    local thread = coroutine.spawn(function() own = coroutine.status(coroutine.running()) process.inbox():receive() end)
    local status = coroutine.status(thread)
    local ok, message = coroutine.resume(thread)
    local again, self = coroutine.resume((coroutine.running()))
    return {own, status, ok, message, again, self}
    """
    refused = "cannot resume non-suspended coroutine"
    assert lua.run(body) == ["running", "suspended", False, refused, False, refused]


def test_yield_in_a_task_gives_way_and_drops_its_values(lua):
    body = """
    local log = {}
    for _, name in ipairs{"a", "b"} do
        coroutine.spawn(function()
            for n = 1, 3 do
                log[#log + 1] = name .. n
                if select("#", coroutine.yield(n)) ~= 0 then log[#log + 1] = "?" end
            end
        end)
    end
    for _ = 1, 5 do coroutine.yield() end
    return table.concat(log, " ")
    """
    found = lua.run(body).split()
    assert sorted(found) == ["a1", "a2", "a3", "b1", "b2", "b3"]
    assert found.index("b1") < found.index("a3")


def test_a_coroutine_that_waits_resumes_where_it_was(lua):
    body = """
    local ch = channel.new()
    coroutine.spawn(function() for n = 1, 3 do require("time").sleep("1ms") ch:send(n) end end)
    local co = coroutine.wrap(function()
        for _ = 1, 3 do coroutine.yield(ch:receive() * 10) end
    end)
    return {co(), co(), co()}
    """
    assert lua.run(body) == [10, 20, 30]


def test_a_resume_waits_as_long_as_the_coroutine_does(lua):
    body = """
    local co
    co = coroutine.create(function() require("time").sleep("5ms") return coroutine.status(co) end)
    local other
    coroutine.spawn(function() other = {coroutine.resume(co)} end)
    local busy = coroutine.status(co)
    local ok, message = coroutine.resume(co)
    require("time").sleep("10ms")
    return {busy, ok, message, other[1], other[2], coroutine.status(co)}
    """
    refused = "cannot resume non-suspended coroutine"
    assert lua.run(body) == ["running", False, refused, True, "running", "dead"]


def test_a_generator_of_a_module_outlives_the_call_that_made_it(lua):
    source = """
    local time = require("time")
    local next_id = coroutine.wrap(function()
        for n = 1, 100 do
            time.sleep("1ms")
            coroutine.yield(n)
        end
    end)
    return function() return next_id() end
    """
    lua.add("ids", "function.lua", source=source, modules=["time"], pool={"size": 1})
    assert [lua.node.functions.call("app:ids") for _ in range(5)] == [1, 2, 3, 4, 5]


def test_a_call_that_is_ended_inside_a_generator_leaves_it_dead(lua):
    source = """
    local time = require("time")
    local slow = coroutine.wrap(function()
        coroutine.yield(1)
        time.sleep("1h")
    end)
    return function() return slow() end
    """
    lua.add("slow", "function.lua", source=source, modules=["time"], pool={"size": 1})
    call = lua.node.functions.call
    assert call("app:slow") == 1
    texts = []
    for _ in range(2):
        try:
            call("app:slow", timeout=0.02)
        except Failure as failure:
            texts.append(str(failure))
    assert "timed out" in texts[0]
    assert "cannot resume dead coroutine" in texts[1]


def test_errors_cross_coroutines_with_their_position(lua):
    body = """
    local co = coroutine.create(function() coroutine.yield() error({code = 5}) end)
    coroutine.resume(co)
    local ok, value = coroutine.resume(co)
    local wrapped = coroutine.wrap(function() error("inside") end)
    local _, message = pcall(wrapped)
    return {ok, value.code, message:find("inside", 1, true) ~= nil}
    """
    assert lua.run(body) == [False, 5, True]
