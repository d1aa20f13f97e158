"""process.host and process.service under the supervisor (semantics 2.7, 2.8)."""

from __future__ import annotations

import time

import pytest
from lua_node import HOST, entry, eventually

from runtime.registry.change import Change
from runtime.registry.entry import EntryId
from runtime.supervisor.service import State

QUICK = {"initial_delay": "5ms", "jitter": 0, "max_attempts": 3}


@pytest.fixture
def starts(lua):
    """Count the starts of a service's process, each of which reports to a function."""
    lua.add(
        "count",
        "function.lua",
        source="local n = 0 return function(add) n = n + (add or 0) return n end",
        pool={"size": 1},
    )
    return lambda: lua.node.functions.call("app:count")


def serve(lua, body, **lifecycle):
    """Add a process and a service of it, which starts at once."""
    lua.process("worker", 'require("funcs").call("app:count", 1) ' + body)
    lifecycle = {"auto_start": True, "startup": "optional", "restart": QUICK, "stop_timeout": "200ms", **lifecycle}
    service = entry("service", "process.service", process="app:worker", host=HOST, lifecycle=lifecycle, input=["x"])
    lua.node.registry.apply([Change.create(service)])


def state(lua):
    return lua.node.supervisor.state(EntryId("app", "service"))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return 1", 1),
        ('return nil, "for good"', 1),
        ('return nil, errors.new{message = "m", retryable = false}', 1),
        ("process.terminate(process.pid())", 1),
        ('return nil, errors.new{message = "m", kind = errors.CANCELED}', 1),
        ('error("again")', 3),
        ('return nil, errors.new{message = "m", retryable = true}', 3),
    ],
)
def test_which_ends_are_followed_by_a_restart(lua, starts, body, expected):
    serve(lua, body)
    eventually(lambda: starts() >= expected)
    eventually(lambda: state(lua) in (State.EXITED, State.FAILED))
    time.sleep(0.03)
    assert starts() == expected
    assert state(lua) is (State.FAILED if expected > 1 else State.EXITED)


def test_a_process_that_cannot_start_is_not_tried_again(lua, starts):
    serve(lua, "return 1")
    eventually(lambda: state(lua) is State.EXITED)
    lua.delete("service")
    lua.update("worker", "process.lua", source="error('in the body')")
    service = entry(
        "service", "process.service", process="app:worker", host=HOST, lifecycle={"auto_start": True, "restart": QUICK}
    )
    lua.node.registry.apply([Change.create(service)])
    eventually(lambda: state(lua) is State.EXITED)
    assert "in the body" in lua.node.supervisor.error(EntryId("app", "service"))


def test_a_service_is_asked_to_stop(lua, starts):
    serve(
        lua,
        """
        local event = process.events():receive()
        require("funcs").call("app:count", event.reason == "service stopping" and 100 or 1000)
        """,
    )
    eventually(lambda: starts() == 1)
    lua.delete("service")
    assert starts() == 101
    assert lua.node.processes.count() == 0


@pytest.mark.parametrize("body", ["process.inbox():receive()", "while true do end"])
def test_a_service_that_does_not_stop_is_ended(lua, starts, body, caplog):
    serve(lua, body, stop_timeout="50ms")
    lua.delete("service")
    assert lua.node.processes.count() == 0
    assert "did not end within 0.05 s of being asked to" in caplog.text


def test_a_service_can_remove_itself(lua, starts):
    serve(
        lua,
        """
        local registry = require("registry")
        local changes = registry.snapshot():changes()
        changes:delete("app:service")
        changes:apply()
        require("funcs").call("app:count", 1000)
        """,
        stop_timeout="5s",
    )
    eventually(lambda: state(lua) is State.UNKNOWN)
    eventually(lambda: lua.node.processes.count() == 0)
    assert starts() == 1


def test_an_update_counts_from_the_next_start(lua, starts):
    serve(lua, 'if process.inbox():receive():topic() == "fail" then error("boom") end')
    eventually(lambda: starts() == 1)
    before = lua.node.processes.on_host(EntryId.parse(HOST))[0]
    lua.update(
        "worker",
        "process.lua",
        source='return function() require("funcs").call("app:count", 100) end',
        modules=["funcs"],
    )
    assert not before.ending
    lua.run(f'process.send("{before.pid}", "fail")')
    eventually(lambda: starts() == 101)
    eventually(lambda: state(lua) is State.EXITED)


def test_a_host_asks_its_processes_to_end_and_then_ends_them(lua):
    lua.add("brief", "process.host", lifecycle={"auto_start": True, "stop_timeout": "100ms"})
    lua.process("polite", "local event = process.events():receive() return event.reason")
    lua.process("deaf", "while true do end")
    lua.process("starter", "return process.spawn(..., 'app:brief')")
    pids = [lua.run(f'return process.spawn("app:{name}", "app:brief")') for name in ("polite", "deaf", "deaf")]
    processes = lua.node.processes.on_host(EntryId("app", "brief"))
    assert sorted(str(process.pid) for process in processes) == sorted(pids)
    lua.delete("brief")
    polite, *deaf = processes
    assert polite.outcome.value == "scheduler shutdown"
    assert all("scheduler shutdown" in str(process.outcome.error) for process in deaf)
    assert lua.node.processes.count() == 0


def test_a_process_can_remove_its_own_host(lua):
    lua.add("brief", "process.host", lifecycle={"auto_start": True, "stop_timeout": "5s"})
    lua.process(
        "remover",
        """
        local changes = require("registry").snapshot():changes()
        changes:delete("app:brief")
        changes:apply()
        """,
    )
    before = time.monotonic()
    lua.run('process.spawn("app:remover", "app:brief")')
    eventually(lambda: EntryId("app", "brief") not in lua.node.processes.hosts)
    eventually(lambda: lua.node.processes.count() == 0)
    assert time.monotonic() - before < 2
