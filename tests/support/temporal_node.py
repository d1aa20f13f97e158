"""A node with a temporal.worker, `app:worker`, on a real server; `TemporalNode` has the face of `WorkflowNode`."""

from __future__ import annotations

import itertools
import os
import textwrap
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from google.protobuf.duration_pb2 import Duration
from lua_node import MODULES, LuaNode, eventually
from temporalio.api.testservice.v1 import LockTimeSkippingRequest, SleepRequest, UnlockTimeSkippingRequest

from runtime.binding import Failure, to_lua
from runtime.registry.change import Change
from runtime.registry.entry import Entry, EntryId

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

WORKER = "app:worker"
WORKFLOW_MODULES = ["ctx", "funcs", "time", "uuid", "crypto", "workflow", "json"]
LIMIT = 60.0
_numbers = itertools.count(1)


class TemporalNode(LuaNode):
    """Every node has a task queue of its own; ids of workflows must differ from those of other tests."""

    worker = EntryId.parse(WORKER)

    def __init__(self, directory: Path, address: str, *, skips: bool = False) -> None:
        self.skips = skips
        self._started: list[str] = []
        self.queue = f"lua-{os.getpid()}-{next(_numbers)}"
        super().__init__(directory)
        auto = {"auto_start": True}
        self.add("temporal", "temporal.client", address=address, lifecycle=auto)
        self.add(
            "worker",
            "temporal.worker",
            client="app:temporal",
            task_queue=self.queue,
            lifecycle=auto,
        )
        if skips:
            self._bridge().run(self._testing().lock_time_skipping(LockTimeSkippingRequest()))

    def workflow(self, name: str, body: str, /, **meta: Any) -> str:
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

    def run(self, body: str, *arguments: Any, timeout: float = LIMIT) -> Any:
        return super().run(body, *arguments, timeout=timeout)

    def execute(self, name: str, *arguments: Any) -> Any:
        """Run a workflow and give its result as plain data."""
        with self._skipping():
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
        self._started.append(workflow_id)
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
        with self._skipping():
            return self.run(body, pid)

    def send(self, pid: str, topic: str, *values: Any) -> None:
        """Send a signal."""
        self.run("local ok, err = process.send(...) if err then error(err) end", pid, topic, *map(to_lua, values))

    def restart(self) -> None:
        """Stop the worker and start it again: all that is left is at the server."""
        self.node.supervisor.stop(self.worker)
        self.node.supervisor.start(self.worker)

    def carry_out(self, work: Callable[[], Any]) -> Any:
        """Do something that waits."""
        return work()

    def pass_time(self, seconds: float) -> None:
        """Let so much time pass at a server that skips it."""
        request = SleepRequest(duration=Duration(seconds=round(seconds)))
        self._bridge().run(self._testing().unlock_time_skipping_with_sleep(request))

    @contextmanager
    def _skipping(self) -> Iterator[None]:
        """Let a server that skips time do so."""
        if not self.skips:
            yield
            return
        self._bridge().run(self._testing().unlock_time_skipping(UnlockTimeSkippingRequest()))
        try:
            yield
        finally:
            self._bridge().run(self._testing().lock_time_skipping(LockTimeSkippingRequest()))

    def _connection(self) -> Any:
        return self.node.resources.find(EntryId("app", "temporal")).connection

    def _bridge(self) -> Any:
        return self._connection()._bridge

    def _testing(self) -> Any:
        return self._connection()._sdk.service_client.test_service

    def settle(self) -> None:
        """Wait until the workflows that run have done what they can: only then do they answer."""
        for workflow_id in self._started:
            self.node.processes.hosts[self.worker].client.query(workflow_id, "pid", ())

    def waits(self, until: Callable[[], bool]) -> None:
        """Let everything go on until something holds."""
        eventually(until)

    def close(self) -> None:
        """End what runs still, so that its id is free, and stop the node."""
        client = self.node.processes.hosts[self.worker].client
        for workflow_id in self._started:
            try:
                client.terminate(workflow_id, "the test is over")
            except Failure:
                continue  # it has ended
        if self.skips:
            self._bridge().run(self._testing().unlock_time_skipping(UnlockTimeSkippingRequest()))
        super().close()
