"""Monitors, links, cancellation (semantics 2.3 to 2.6)."""

from __future__ import annotations

import pytest
from lua_node import eventually, settle

from runtime.binding import Kind

# Gives what events a process has received after some time, as "kind:message" each.
WATCH = """
local time = require("time")
local function drain()
    local seen = {}
    local deadline = time.after("40ms")
    while true do
        local r = channel.select{process.events():case_receive(), deadline:case_receive()}
        if r.channel == deadline then break end
        local err = r.value.result and r.value.result.error
        seen[#seen + 1] = r.value.kind .. (err and ":" .. err:message() or "")
    end
    return seen
end
"""
ENDINGS = {
    "normal": "process.inbox():receive() return 1",
    "error": 'process.inbox():receive() error("boom", 0)',
    "returned": 'process.inbox():receive() return nil, "bad"',
    "terminated": "process.inbox():receive() process.terminate(process.pid())",
}
MESSAGES = {"normal": "", "error": ":boom", "returned": ":bad", "terminated": ":process terminated"}


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_monitor_fires_once_however_a_process_ends(lua, ending):
    lua.process("child", ENDINGS[ending])
    body = """
    local pid = process.spawn("app:child", "app:host")
    assert(process.monitor(pid))
    process.send(pid, "go", 1)
    local seen = drain()
    seen[#seen + 1] = tostring(process.unmonitor(pid))
    return seen
    """
    assert lua.run(WATCH + body) == ["pid.exit" + MESSAGES[ending], "true"]
    assert lua.node.processes.topology.is_empty()


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_link_tells_of_failures_only(lua, ending):
    lua.process("child", ENDINGS[ending])
    body = """
    process.set_options{trap_links = true}
    local pid = process.spawn_linked("app:child", "app:host")
    process.send(pid, "go", 1)
    return drain()
    """
    expected = [] if ending == "normal" else ["pid.link.down" + MESSAGES[ending]]
    assert lua.run(WATCH + body) == (expected or {})
    assert lua.node.processes.topology.is_empty()


def test_a_link_without_a_trap_ends_the_other_and_the_others_of_that(lua):
    lua.process("last", "process.inbox():receive()")
    lua.process(
        "middle",
        """
        local parent = ...
        process.send(parent, "pid", process.spawn_linked("app:last", "app:host"))
        process.inbox():receive()
        error("boom")
        """,
    )
    body = """
    local middle = process.spawn("app:middle", "app:host", process.pid())
    local last = process.inbox():receive():payload():data()
    process.monitor(last)
    process.send(middle, "go", 1)
    return drain()
    """
    assert lua.run(WATCH + body) == ["pid.exit:linked process failed"]


def test_a_link_works_both_ways_and_can_be_undone(lua):
    lua.process("idle", "process.inbox():receive()")
    lua.process(
        "linker",
        """
        local keep, drop = ...
        process.link(keep) process.link(keep) process.link(drop)
        process.unlink(drop) process.unlink(drop)
        error("boom")
        """,
    )
    body = """
    local keep = process.spawn_monitored("app:idle", "app:host")
    local drop = process.spawn_monitored("app:idle", "app:host")
    process.spawn("app:linker", "app:host", keep, drop)
    local seen = drain()
    process.terminate(drop)
    return seen
    """
    assert lua.run(WATCH + body) == ["pid.exit:linked process failed"]


def test_a_process_linked_to_itself_just_ends(lua):
    lua.process("narcissus", 'process.link(process.pid()) error("boom", 0)')
    body = """
    process.spawn_monitored("app:narcissus", "app:host")
    return drain()
    """
    assert lua.run(WATCH + body) == ["pid.exit:boom"]
    assert lua.node.processes.topology.is_empty()


def test_monitoring_twice_is_refused_and_unmonitor_ends_it(lua):
    lua.process("idle", "process.inbox():receive()")
    body = """
    local pid = process.spawn("app:idle", "app:host")
    process.monitor(pid)
    local ok, err = process.monitor(pid)
    process.unmonitor(pid)
    process.unmonitor("{app:host|0xfffff}")
    process.terminate(pid)
    return {ok == nil, err:message():find("already monitoring") ~= nil, #drain()}
    """
    assert lua.run(WATCH + body) == [True, True, 0]
    assert lua.node.processes.topology.is_empty()


def test_a_watcher_that_ends_leaves_nothing_behind(lua):
    lua.process("idle", "process.inbox():receive()")
    lua.process("watcher", "process.monitor(...) process.link(...) return 1")
    idle = lua.spawn("idle")
    watcher = lua.spawn("watcher", str(idle.pid))
    watcher.completion.wait()
    assert lua.node.processes.topology.is_empty()
    assert not idle.ending


def test_exit_events_come_in_the_order_of_the_ends(lua):
    lua.process("child", "local n, delay = ... require('time').sleep(delay) return n")
    body = """
    for n = 1, 5 do process.spawn_monitored("app:child", "app:host", n, (6 - n) * 3000000) end
    local order = {}
    for n = 1, 5 do order[n] = process.events():receive().result.value end
    return order
    """
    assert lua.run(body) == [5, 4, 3, 2, 1]


def test_cancel_asks_and_does_no_more(lua):
    lua.process(
        "child",
        """
        local event = process.events():receive()
        require("time").sleep("5ms")
        return {event.kind == process.event.CANCEL, event.reason, event.from}
        """,
    )
    body = """
    local pid = process.spawn_monitored("app:child", "app:host")
    process.cancel(pid, "geht Grüß")
    local value = process.events():receive().result.value
    value[3] = value[3] == process.pid()
    return value
    """
    assert lua.run(body) == [True, "geht Grüß", True]


def test_events_wait_until_somebody_asks(lua):
    lua.process("child", "return 1")
    body = """
    process.spawn_monitored("app:child", "app:host")
    require("time").sleep("5ms")
    return process.events():receive().result.value
    """
    assert lua.run(body) == 1


def test_options(lua):
    body = """
    local seen = {process.get_options().trap_links, (process.set_options{trap_links = true})}
    seen[3] = process.get_options().trap_links
    local ok, err = process.set_options{trap_links = "yes"}
    seen[4], seen[5] = ok, err:kind()
    ok, err = process.set_options{unknown = true}
    seen[6], seen[7] = ok, err:kind()
    return seen
    """
    assert lua.run(body) == [False, True, True, False, Kind.INVALID, False, Kind.INVALID]


def test_the_end_of_many_linked_processes_needs_no_stack(lua):
    lua.process(
        "ring",
        """
        local left = ...
        if left > 0 then process.spawn_linked("app:ring", "app:host", left - 1) end
        if left == 0 then process.registry.register("last") end
        process.inbox():receive()
        """,
    )
    first = lua.spawn("ring", 1500)
    eventually(lambda: lua.node.processes.names.lookup("last") is not None)
    first.terminate()
    eventually(lambda: lua.node.processes.count() == 0)
    settle()
    assert lua.node.processes.topology.is_empty()
