"""The module `system`."""

import gc
import os
import socket

import pytest
from lua_node import eventually


def system(lua, expression):
    return lua.run(f"local system = require('system'); return {expression}")


def test_memory_is_that_of_this_process(lua):
    stats = system(lua, "system.memory.stats()")
    assert all(isinstance(value, int) and value >= 0 for value in stats.values())
    assert 5_000_000 < stats["alloc"] <= stats["total_alloc"] <= stats["sys"]
    assert stats["heap_objects"] > 10_000
    assert stats["num_gc"] > 0
    assert system(lua, "system.memory.allocated()") > 5_000_000
    assert system(lua, "system.memory.heap_objects()") > 10_000


def test_a_memory_limit_is_noted(lua):
    calls = "system.memory.get_limit(), system.memory.set_limit(1000000), system.memory.set_limit(-1)"
    assert system(lua, f"{{{calls}, system.memory.get_limit()}}") == [2**63 - 1, 2**63 - 1, 1_000_000, 2**63 - 1]


def test_the_collector_obeys(lua):
    before = gc.get_threshold()
    try:
        assert system(lua, "{system.gc.collect(), system.gc.get_percent(), system.gc.set_percent(200)}") == [
            True,
            100,
            100,
        ]
        assert gc.get_threshold() == (2 * before[0], *before[1:])
        assert system(lua, "{system.gc.set_percent(100), system.gc.get_percent()}") == [200, 100]
        assert gc.get_threshold() == before
    finally:
        gc.set_threshold(*before)


def test_what_runs(lua):
    assert system(lua, "system.runtime.cpu_count()") == len(os.sched_getaffinity(0))
    few = system(lua, "system.runtime.goroutines()")
    many = system(
        lua, "(function() for i = 1, 10 do coroutine.spawn(function() channel.new():receive() end) end "
        "return system.runtime.goroutines() end)()"
    )  # fmt: skip
    assert many == few + 10
    calls = "system.runtime.max_procs(), system.runtime.max_procs(4), system.runtime.max_procs()"
    assert system(lua, f"{{{calls}}}") == [1, 1, 4]


def test_the_process_of_the_operating_system(lua):
    assert system(lua, "{system.process.pid(), system.process.hostname(), system.process.cwd()}") == [
        os.getpid(),
        socket.gethostname(),
        os.getcwd(),  # noqa: PTH109
    ]


def test_modules_tell_what_they_are(lua):
    found = {each["name"]: each for each in system(lua, "system.modules()")}
    assert found["json"]["class"] == ["encoding", "deterministic"]
    assert found["env"]["class"] == ["process", "nondeterministic"]
    assert found["uuid"]["description"].startswith("The `uuid` module: making")
    assert all(each["class"] and each["description"] for each in found.values())


def test_services(lua):
    told = system(lua, "system.supervisor.state('app:host')")
    assert told["id"] == "app:host"
    assert (told["status"], told["desired"], told["retry_count"]) == ("running", "running", 0)
    assert 0 < told["started_at"] <= told["last_update"]
    assert told in system(lua, "system.supervisor.states()")
    lua.process("failing", "error('broken')")
    lua.add(
        "service", "process.service", process="failing", host="host",
        lifecycle={"auto_start": True, "restart": {"max_attempts": 2, "initial_delay": "1ms"}},
    )  # fmt: skip
    eventually(lambda: system(lua, "system.supervisor.state('app:service').retry_count") == 1)
    told = system(lua, "system.supervisor.state('app:service')")
    assert told["status"] == "failed"
    assert "broken" in told["details"]


def test_hosts_and_their_processes(lua):
    lua.process("waiting", "process.inbox():receive()")
    running = lua.spawn("waiting")
    [host] = system(lua, "system.hosts.list()")
    assert (host["id"], host["processes"]) == ("app:host", 1)
    [told] = system(lua, "system.hosts.processes('app:host')")
    assert told == {"pid": str(running.pid), "host": "app:host", "source": "app:waiting", "state": "waiting"}


def test_alone_there_is_no_cluster(lua):
    assert system(lua, "{system.node.id(), system.node.role(), system.cluster.leader(), system.cluster.size()}") == [
        "local",
        "non-member",
        "",
        1,
    ]
    assert system(lua, "system.cluster.members()") == [{"id": "local", "is_local": True}]
    for call in ("raft.term()", "raft.is_leader()", "node.addr()", "lock.acquire('x')", "lock.release('x')"):
        assert system(lua, f"select(2, system.{call}):kind()") == "Internal"


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        ("memory.set_limit(-5)", "Invalid"),
        ("gc.set_percent(0)", "Invalid"),
        ("runtime.max_procs(0)", "Invalid"),
        ("supervisor.state('')", "Invalid"),
        ("supervisor.state('app:none')", "Internal"),
        ("hosts.processes('app:none')", "NotFound"),
        ("lock.acquire('')", "Invalid"),
    ],
)
def test_failures(lua, call, kind):
    assert system(lua, f"select(2, system.{call}):kind()") == kind


def test_exit_asks_for_the_end_of_the_node_and_the_last_code_counts(lua):
    assert not lua.node.ending.is_set()
    assert system(lua, "{system.exit(3), system.exit(4)}") == [True, True]
    assert lua.node.ending.is_set()
    assert lua.node.exit_code == 4
