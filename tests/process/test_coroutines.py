"""Coroutines of a process: spawned ones, and those that Lua code resumes by itself (dialect 4.8)."""

from __future__ import annotations

import gc
import resource

import pytest
from lua_node import eventually, lua_greenlets

from runtime.binding import Failure, Module
from runtime.lua import strands
from runtime.process import traps


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
    local other, done = nil, channel.new(1)
    coroutine.spawn(function() other = {coroutine.resume(co)} done:send(true) end)
    local busy = coroutine.status(co)
    local ok, message = coroutine.resume(co)
    done:receive()
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


def test_a_coroutine_waits_as_part_of_whoever_resumes_it(lua):
    body = """
    local time = require("time")
    local shared = coroutine.wrap(function() while true do time.sleep("1ms") coroutine.yield(process.pid()) end end)
    local done, right = channel.new(), {shared() == process.pid()}
    for n = 1, 2 do
        coroutine.spawn(function() done:send(shared() == process.pid()) end)
        right[n + 1] = done:receive()
    end
    return right
    """
    assert lua.run(body) == [True, True, True]


def test_a_process_that_ends_unwinds_its_suspended_coroutines(lua):
    before = lua_greenlets()
    lua.process(
        "child",
        """
        local kept = {}
        for n = 1, 10 do
            local self
            self = coroutine.wrap(function() local me = self coroutine.yield() return me end)
            self()
            kept[n] = self
        end
        """,
    )
    for _ in range(3):
        lua.spawn("child").completion.wait()
    eventually(lambda: lua_greenlets() == before)


def test_a_garbage_collection_in_another_thread_leaves_coroutines_to_their_own(lua, monkeypatch, capfd):
    module = Module("garbage")

    @module.function(blocks=True)
    def collect() -> int:
        """Collect in a thread of the pool; give how many Lua greenlets are then left."""
        traps.run_outside(gc.collect)
        return lua_greenlets()

    monkeypatch.setitem(lua.node.code.always, "garbage", module.table())
    body = """
    local function drop()
        local circle = {}
        circle.wrapped = coroutine.wrap(function() pcall(coroutine.yield) error("never") end)
        circle.wrapped()
    end
    local before = garbage.collect()
    for _ = 1, 10 do drop() end
    return garbage.collect() - before
    """
    gc.disable()
    try:
        assert lua.run(body) == 0
    finally:
        gc.enable()
    assert capfd.readouterr().err == ""


@pytest.mark.skipif(str(strands.__file__).endswith(".py"), reason="only compiled modules keep the memory of frames")
def test_short_coroutines_do_not_ask_the_system_for_memory_each(lua):
    body = """
    for _ = 1, 2000 do
        local co = coroutine.wrap(function() coroutine.yield() end)
        co() co()
        coroutine.wrap(function() coroutine.yield() end)()
    end
    """
    lua.run(body)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    lua.run(body)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before < 1000
