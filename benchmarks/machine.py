"""Measure processes and functions against gevent and plain Python in the same run, and the memory of idle processes.

    python benchmarks/machine.py          a line for each figure
    python benchmarks/machine.py --json   all figures for a machine to read

Each figure is the best of several rounds, and runs in a fresh process of its own, so that none warms another. Memory is
what the resident set grows by for 50,000 processes that wait on their inbox.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from figures import Figure, arguments, report

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 3
IDLE = 50_000
CROWD = 10_000

SOURCES = {
    "empty": ("process.lua", "return function() end"),
    "idle": ("process.lua", "return function() process.inbox():receive() end"),
    "echo": (
        "process.lua",
        """
        return function()
            local inbox = process.inbox()
            while true do
                local message = inbox:receive()
                process.send(message:from(), "answer", message:payload():data())
            end
        end
        """,
    ),
    "answerer": (
        "process.lua",
        """
        return function(caller)
            local message = process.inbox():receive()
            process.send(caller, "answer", message:payload():data())
        end
        """,
    ),
    "trivial": ("function.lua", "return function(x) return x end"),
    "spawner": (
        "function.lua",
        """
        return function(count)
            local events = process.events()
            for _ = 1, count do
                process.spawn_monitored("bench:empty", "bench:host")
                events:receive()
            end
        end
        """,
    ),
    "ping": (
        "function.lua",
        """
        return function(count)
            local other = process.spawn("bench:echo", "bench:host")
            local inbox = process.inbox()
            for i = 1, count do
                process.send(other, "question", i)
                inbox:receive()
            end
            process.terminate(other)
        end
        """,
    ),
    "caller": (
        "function.lua",
        """
        local funcs = require("funcs")
        return function(count)
            for i = 1, count do funcs.call("bench:trivial", i) end
        end
        """,
    ),
    "crowd": (
        "function.lua",
        """
        local time = require("time")
        return function(count)
            local inbox, others = process.inbox(), {}
            for i = 1, count do others[i] = process.spawn("bench:answerer", "bench:host", process.pid()) end
            local start = time.now()
            for i = 1, count do process.send(others[i], "question", i) end
            local sum = 0
            for _ = 1, count do sum = sum + inbox:receive():payload():data() end
            assert(sum == count * (count + 1) // 2)
            return time.now():sub(start):seconds()
        end
        """,
    ),
}


def make_node(directory: Path) -> Any:
    """Start a node with the entries to measure."""
    from runtime.config import Config
    from runtime.node import Node
    from runtime.project import Project
    from runtime.registry.entry import Entry, EntryId

    (directory / "wippy.lock").write_text("directories: {src: ./src}\n")
    project = Project.find(directory)
    node = Node(project, Config.load(project.root))
    entries = [Entry(EntryId("bench", "host"), "process.host", {}, {"lifecycle": {"auto_start": True}})]
    for name, (kind, source) in SOURCES.items():
        data = {"source": source, "modules": ["funcs", "time"]}
        entries.append(Entry(EntryId("bench", name), kind, {}, data))
    node.registry.load(entries)
    node.start()
    return node


def best(work: Callable[[], object], count: int) -> float:
    """Give the seconds that one of `count` takes, in the best of several rounds."""
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times) / count


def call(node: Any, name: str, count: int) -> Any:
    return node.functions.call(f"bench:{name}", (count,), timeout=120)


def resident() -> int:
    """Give the resident memory of this process in bytes."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def spawn_idle(node: Any, count: int) -> list[Any]:
    from runtime.process.context import EMPTY
    from runtime.process.processes import SpawnRequest
    from runtime.registry.entry import EntryId

    request = SpawnRequest(EntryId("bench", "idle"), EntryId("bench", "host"), (), EMPTY)
    return [node.processes.spawn(request) for _ in range(count)]


# --- figures --------------------------------------------------------------------------------------


def memory(node: Any) -> Figure:
    spawn_idle(node, 1000)
    before = resident()
    processes = spawn_idle(node, IDLE)
    grown = resident() - before
    assert all(not process.ending for process in processes)
    return Figure(f"memory of an idle process, of {IDLE:,}", grown / IDLE / 1024, "KB", 10)


def memory_returns(node: Any) -> Figure:
    """Tell what is left of the memory of as many processes once they have ended, in the last of five rounds."""
    left = []
    for _ in range(11):  # six to warm up: the allocators reach their level after some rounds, and keep it
        for process in spawn_idle(node, 10_000):
            process.terminate()
        while node.processes.count():
            gevent_sleep(0.01)
        left.append(resident())
    used = 10_000 * 9.5 * 1024  # by one round
    return Figure("growth over five rounds of 10,000 processes", 100 * (left[-1] - left[5]) / used, "percent", 5)


def spawning(node: Any) -> Figure:
    import gevent

    def plain() -> None:
        for _ in range(20_000):
            gevent.spawn(lambda: None).join()

    ours = best(lambda: call(node, "spawner", 3000), 3000)
    return Figure("spawn, run and exit, in gevent's spawn and join", ours / best(plain, 20_000), "times", 4)


def round_trip(node: Any) -> Figure:
    from greenlet import getcurrent, greenlet

    def other() -> None:
        while True:
            main.switch()

    main = getcurrent()
    partner = greenlet(other)

    def plain() -> None:
        for _ in range(500_000):
            partner.switch()

    ours = best(lambda: call(node, "ping", 10_000), 10_000)
    return Figure("message round trip, in greenlet round trips", ours / best(plain, 500_000), "times", 25)


def calling(node: Any) -> Figure:
    def trivial(x: int) -> int:
        return x

    def plain() -> None:
        for i in range(3_000_000):
            trivial(i)

    ours = best(lambda: call(node, "caller", 10_000), 10_000)
    return Figure("funcs.call of a trivial function, in Python calls", ours / best(plain, 3_000_000), "times", 40)


def crowd(node: Any) -> Figure:
    seconds = min(call(node, "crowd", CROWD) for _ in range(3))
    return Figure(f"messages to {CROWD:,} processes and back", 2 * CROWD / seconds, "a second", 0, at_least=True)


def fairness(node: Any) -> Figure:
    """Let a process sleep 5 ms at a time beside ten endless loops; give its lateness at the 99th percentile."""
    from runtime.registry.change import Change
    from runtime.registry.entry import Entry, EntryId

    loop = {"source": "return function() while true do end end"}
    sleeper = {
        "source": """
            local time = require("time")
            return function(count)
                local late = {}
                for i = 1, count do
                    local start = time.now()
                    time.sleep(5 * time.MILLISECOND)
                    late[i] = time.now():sub(start):milliseconds() - 5
                end
                table.sort(late)
                return late[math.ceil(count * 0.99)]
            end
        """,
        "modules": ["time"],
    }
    node.registry.apply(
        [
            Change.create(Entry(EntryId("bench", "loop"), "process.lua", {}, loop)),
            Change.create(Entry(EntryId("bench", "sleeper"), "function.lua", {}, sleeper)),
        ]
    )
    from runtime.process.context import EMPTY
    from runtime.process.processes import SpawnRequest

    request = SpawnRequest(EntryId("bench", "loop"), EntryId("bench", "host"), (), EMPTY)
    for _ in range(10):
        node.processes.spawn(request)
    late = min(call(node, "sleeper", 300) for _ in range(3))
    return Figure("lateness beside ten endless loops, 99th percentile", late, "ms", 15)


def gevent_sleep(seconds: float) -> None:
    import gevent

    gevent.sleep(seconds)


FIGURES = (memory, memory_returns, spawning, round_trip, calling, crowd, fairness)


def measure_one(name: str) -> Figure:
    """Measure one figure in this process."""
    with tempfile.TemporaryDirectory() as directory:
        node = make_node(Path(directory))
        try:
            return next(figure for figure in FIGURES if figure.__name__ == name)(node)
        finally:
            node.stop()


def measure() -> list[Figure]:
    """Measure all figures, each in a process of its own."""
    found = []
    for figure in FIGURES:
        command = [sys.executable, __file__, "--json", "--only", figure.__name__]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        values = json.loads(done.stdout)
        values.pop("holds")
        found.append(Figure(**values))
    return found


if __name__ == "__main__":
    if "--only" in sys.argv:
        report(measure_one(sys.argv[sys.argv.index("--only") + 1]), as_json="--json" in sys.argv)
    else:
        options = arguments("Measure processes, messages and calls of functions.")
        for measured in measure():
            report(measured, as_json=options.json)
