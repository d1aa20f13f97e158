"""Counts stay flat however many processes come and go."""

from __future__ import annotations

import gc

import pytest
from lua_node import eventually, lua_greenlets, settle

from runtime.process.process import Process
from runtime.process.tasks import Task
from runtime.process.timing import TimerHandle

MANY = 2000


def counts():
    gc.collect()
    found = {Process: 0, Task: 0, TimerHandle: 0}
    for thing in gc.get_objects():
        if type(thing) in found:
            found[type(thing)] += 1
    return [*found.values(), lua_greenlets()]


CYCLES = {
    "exits": ("return 1", "pid"),
    "fails": ('error("boom")', "pid"),
    "is ended while it waits": ("process.inbox():receive()", "process.terminate(pid)"),
    "is ended in a sleep": ('require("time").sleep("1h")', "process.terminate(pid)"),
    "leaves tasks and timers": (
        """
        local time = require("time")
        time.after("1h") time.ticker("1h")
        for _ = 1, 3 do coroutine.spawn(function() time.sleep("1h") end) end
        """,
        "pid",
    ),
    "leaves coroutines": (
        """
        local co
        co = coroutine.create(function() pcall(function() coroutine.yield(co) end) end)
        coroutine.resume(co)
        local outer = coroutine.wrap(function()
            local inner = coroutine.wrap(function() coroutine.yield(1) end)
            inner()
            coroutine.yield(inner)
        end)
        outer()
        """,
        "pid",
    ),
    "is ended in a coroutine": ("coroutine.wrap(function() process.inbox():receive() end)()", "process.terminate(pid)"),
    "has a call under way": ('require("funcs").async("app:hangs")', "pid"),
}


@pytest.mark.parametrize("cycle", CYCLES)
def test_processes_that_end_leave_nothing(lua, cycle, caplog):
    body, after = CYCLES[cycle]
    caplog.set_level("CRITICAL")
    lua.function("hangs", "process.inbox():receive()", pool={"max_size": 10000})
    lua.process("child", body)
    count = MANY if cycle == "exits" else 200
    lua.process(
        "driver",
        f"""
        for n = 1, ... do
            local pid = process.spawn_monitored("app:child", "app:host")
            local _ = {after if after != "pid" else "nil"}
            process.events():receive()
        end
        """,
    )

    def round_trip(number):
        lua.spawn("driver", number).completion.wait()
        eventually(lambda: lua.node.processes.count() == 0)
        settle()

    # A pool that has been used keeps one timer for a while, to let go of idle instances; be sure that it is there.
    used = lua.node.functions.begin("app:hangs")
    settle()
    used.terminate("seen enough", "Canceled")
    used.completion.wait()
    round_trip(20)
    before = counts()
    round_trip(count)
    assert counts() == before
    assert lua.node.processes.topology.is_empty()


def test_ended_processes_need_no_garbage_collection(lua):
    lua.process("child", "local t = {} for n = 1, 5 do t[n] = n end return process.inbox() ~= nil")
    lua.spawn("child").completion.wait()
    settle()
    before = counts()
    gc.disable()
    try:
        for _ in range(50):
            lua.spawn("child").completion.wait()
        settle()
        alive = sum(1 for thing in gc.get_objects() if type(thing) is Process)
    finally:
        gc.enable()
    assert alive - before[0] <= 1


def test_a_long_lived_process_does_not_collect_what_it_is_done_with(lua):
    lua.function("quick", "return 1")
    lua.process("child", "return 1")
    lua.process(
        "worker",
        """
        local time, funcs = require("time"), require("funcs")
        while true do
            local sender = process.inbox():receive():payload():data()
            for _ = 1, 100 do
                time.after("1ms"):receive()
                time.timer("1h"):stop()
                funcs.async("app:quick"):response():receive()
                for value in coroutine.wrap(function() for n = 1, 3 do coroutine.yield(n) end end) do break end
                process.exec("app:child", "app:host")
            end
            process.send(sender, "done")
        end
        """,
    )
    worker = lua.spawn("worker")
    lua.function("ask", 'process.send(..., "work", process.pid()) process.inbox():receive()')
    lua.node.functions.call("app:ask", (str(worker.pid),))
    settle()
    before, held = counts(), len(worker._cleanups or ())
    lua.node.functions.call("app:ask", (str(worker.pid),))
    settle()
    after = counts()
    assert len(worker._cleanups or ()) == held == 0
    assert [now - then for now, then in zip(after, before, strict=True)] == [0, 0, 0, 0]


def test_abandoned_coroutines_do_not_wear_out_the_stack_limit(lua):
    """Each of them unwinds calls that count the depth of the C stack, which is not theirs any more."""
    body = """
    local function deep(n) if n == 0 then coroutine.yield() else pcall(deep, n - 1) end end
    local function depth()
        local n = 0
        local function nest() n = n + 1 pcall(nest) end
        nest()
        return n
    end
    local before = depth()
    for _ = 1, 50 do coroutine.wrap(deep)(100) end
    return {before > 100, depth() == before}
    """
    assert lua.run(body) == [True, True]
