"""Workflows on an engine whose clock is skipped while everything waits."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gevent
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from lua_node import MODULES
from temporal_node import TemporalNode
from temporal_server import server, skipping_server  # noqa: F401
from virtual_node import VirtualNode

from runtime.binding import to_lua
from runtime.registry.change import Change
from runtime.registry.entry import Entry, EntryId

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WORKER = "app:worker"
WORKFLOW_MODULES = ["ctx", "funcs", "time", "uuid", "crypto", "workflow", "json"]


class WorkflowNode(VirtualNode):
    """A node with the workflow host `app:worker`, whose workflows and activities are given as Lua text."""

    worker = EntryId("app", "worker")

    def __init__(self, directory: Path) -> None:
        self._engines: set[Any] = set()
        super().__init__(directory)
        self.add("worker", "workflow.host", lifecycle={"auto_start": True})
        self.settle()

    def settle(self) -> None:
        """Let everything go on that can without time passing, writing to the disk among it."""
        while True:
            super().settle()
            self._engines.update(self.node.engines.running())
            if not any(engine.journal.busy for engine in self._engines):
                return
            gevent.sleep(0.0005)

    def drive(self, until: Callable[[], bool]) -> None:
        """Let time pass until something holds, days if need be; threads have as long as they take."""
        with gevent.Timeout(30.0):
            self.settle()
            while not until():
                if not self.clock.jump():
                    gevent.sleep(0.001)
                self.settle()

    def run(self, body: str, *arguments: Any, timeout: float = 1e9) -> Any:
        return super().run(body, *arguments, timeout=timeout)

    def workflow(self, name: str, body: str, **meta: Any) -> str:
        """Add a workflow, or give it a new form; `...` holds its arguments."""
        return self._put(name, "workflow.lua", body, WORKFLOW_MODULES, {"workflow": {"worker": WORKER, **meta}})

    def activity(self, name: str, body: str) -> str:
        """Add an activity; `...` holds its arguments."""
        return self._put(name, "function.lua", body, [*MODULES, "store"], {"activity": {"worker": WORKER}})

    def _put(self, name: str, kind: str, body: str, modules: list[str], temporal: Any) -> str:
        source = f"return function(...)\n{textwrap.dedent(body)}\nend"
        made = Entry(EntryId("app", name), kind, {"temporal": temporal}, {"source": source, "modules": modules})
        known = any(each.id == made.id for each in self.node.registry.all())
        self.node.registry.apply([Change.update(made) if known else Change.create(made)])
        return str(made.id)

    def execute(self, name: str, *arguments: Any) -> Any:
        """Run a workflow and give its result as plain data."""
        return self.run(
            "local r, e = process.exec(...) if e then error(e) end return r", f"app:{name}", WORKER, *arguments
        )

    def start(self, name: str, workflow_id: str, *arguments: Any) -> str:
        """Start a workflow with an id and give its pid."""
        body = """
        local id = ...
        local spawner = process.with_options({["temporal.workflow.id"] = id})
        local pid, err = spawner:spawn(select(2, ...))
        if err then error(err) end
        return pid
        """
        return str(self.run(body, workflow_id, f"app:{name}", WORKER, *arguments))

    def result(self, pid: str) -> Any:
        """Wait for a workflow and give its result, or raise its failure."""
        body = """
        local ok, err = process.monitor(...)
        if err then error(err) end
        local event = process.events():receive()
        if event.result.error then error(event.result.error) end
        return event.result.value
        """
        return self.run(body, pid)

    def send(self, pid: str, topic: str, *values: Any) -> None:
        """Send a signal."""
        self.run("local ok, err = process.send(...) if err then error(err) end", pid, topic, *map(to_lua, values))

    def restart(self) -> None:
        """Stop the host and start it again, as after the end of a process: all that is left is in the file."""
        host = self.node.processes.hosts[self.worker]
        self.carry_out(lambda: (host.stop(1.0), host.start()))

    def waits(self, until: Callable[[], bool]) -> None:
        """Let everything go on until something holds, without time passing."""
        with gevent.Timeout(10.0):
            while not until():
                self.settle()
                gevent.sleep(0.001)


@pytest.fixture
def flows(tmp_path: Path) -> Iterator[WorkflowNode]:
    """Give a node of its own to a test."""
    made = WorkflowNode(tmp_path)
    yield made
    made.close()


def keep_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have workers on Temporal keep no run in memory, so that every task replays its history."""
    from runtime.temporal import worker

    settings = worker._settings
    monkeypatch.setattr(worker, "_settings", lambda options: {**settings(options), "max_cached_workflows": 0})


@pytest.fixture(params=["embedded", "temporal"])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[WorkflowNode | TemporalNode]:
    """Give a node of its own to a test, on either engine."""
    skips = request.node.get_closest_marker("skipped_clock") is not None
    if request.param == "embedded":
        made: WorkflowNode | TemporalNode = WorkflowNode(tmp_path)
    else:
        at = request.getfixturevalue("skipping_server" if skips else "server")
        if skips:  # that server never gives up on a worker that kept a run in its cache and is gone
            keep_nothing(request.getfixturevalue("monkeypatch"))
        made = TemporalNode(tmp_path, at.address, skips=skips)
    yield made
    made.close()
