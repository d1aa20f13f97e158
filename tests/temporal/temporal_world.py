"""A client and workers on the server, with workflows and activities that a test gives."""

from __future__ import annotations

import itertools
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import gevent
import pytest
from temporal_script import Script, dump, load

from runtime.registry.entry import EntryId
from runtime.temporal.bridge import Bridge
from runtime.temporal.config import ClientConfig, WorkerOptions
from runtime.temporal.work import Deployment, Work
from runtime.workflows.activation import Completed, Failed, Problem, Signaled, Start
from runtime.workflows.commands import StartOptions
from runtime.workflows.errors import WorkflowError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

CLIENT = EntryId("app", "temporal")
WORKER = EntryId("app", "worker")
LIMIT = 30.0
_numbers = itertools.count(1)


class Run:
    """An attempt of an activity in a greenlet."""

    def __init__(self, work: Callable[..., Any], arguments: Sequence[bytes], headers: Any) -> None:
        self._greenlet = gevent.spawn(self._run, work, arguments, headers)

    @staticmethod
    def _run(work: Callable[..., Any], arguments: Sequence[bytes], headers: Any) -> Completed | Failed:
        try:
            made = work(*map(load, arguments), **({"headers": headers} if "headers" in _names(work) else {}))
        except gevent.GreenletExit:
            return Failed(Problem("ended", "Canceled", retryable=False), canceled=True)
        except Refusal as refusal:
            return Failed(refusal.problem)
        return Completed(None if made is None else dump(made))

    def listen(self, done: Callable[[Any], object]) -> None:
        self._greenlet.rawlink(lambda greenlet: done(greenlet.value))

    def cancel(self) -> None:
        self._greenlet.kill(block=False)


def _names(work: Callable[..., Any]) -> tuple[str, ...]:
    return work.__code__.co_varnames[: work.__code__.co_argcount + work.__code__.co_kwonlyargcount]


class Refusal(Exception):
    """How an activity of a test fails."""

    def __init__(self, message: str, kind: str = "", **more: Any) -> None:
        self.problem = Problem(message, kind, **more)


class Activities:
    """The activities of a test."""

    def __init__(self, functions: dict[str, Callable[..., Any]]) -> None:
        self.functions = functions

    def knows(self, name: str) -> bool:
        return name in self.functions

    def begin(self, name: str, arguments: Sequence[bytes], headers: Any) -> Run:
        return Run(self.functions[name], arguments, headers)


class World:
    """A connection with workers; each test has a task queue and ids of its own."""

    def __init__(self, address: str, directory: Path) -> None:
        from runtime.temporal.connection import TemporalConnection

        number = next(_numbers)
        self.bridge = Bridge()
        self.node = SimpleNamespace(project=SimpleNamespace(root=directory))
        self.config = ClientConfig(address, tq_prefix=f"t{number}-")
        self.connection = TemporalConnection.connect(self.bridge, self.node, CLIENT, self.config)
        self.client = self.connection.client
        self.delivered: list[Any] = []
        self.scripts: dict[str, Any] = {}
        self.functions: dict[str, Callable[..., Any]] = {}
        self.made: list[Script] = []
        self.workers: list[Any] = []
        self.prefix = f"w{number}-"

    def make(self, start: Start) -> Script:
        if start.type not in self.scripts:
            raise WorkflowError(f"there is no workflow {start.type}")
        script = Script(start, self.scripts[start.type])
        self.made.append(script)
        return script

    def serve(self, scripts: dict[str, Any] | None = None, functions: dict[str, Any] | None = None, **options: Any):
        """Start a worker."""
        self.scripts.update(scripts or {})
        self.functions.update(functions or {})
        deployment = Deployment(
            self.make, Activities(self.functions), lambda _, command: self.delivered.append(command)
        )
        worker = self.connection.serve(Work(WORKER, "queue", WorkerOptions(**options), deployment))
        self.workers.append(worker)
        return worker

    def stop(self, worker: Any) -> None:
        self.workers.remove(worker)
        worker.stop(LIMIT)

    def start(
        self,
        kind: str,
        *arguments: Any,
        name: str = "",
        signals: Sequence[Signaled] = (),
        headers: Any = None,
        **options,
    ) -> str:
        """Start a workflow and give its id."""
        workflow_id = self.prefix + (name or kind + str(next(_numbers)))
        start = Start(workflow_id, "", kind, tuple(map(dump, arguments)), headers or {}, task_queue="queue")
        self.client.start(start, StartOptions(**options), signals)
        return workflow_id

    def outcome(self, workflow_id: str) -> Any:
        completion = self.client.outcome(workflow_id)
        assert completion.wait_for(LIMIT), f"the workflow {workflow_id} did not end"
        return completion.outcome

    def run(self, kind: str, *arguments: Any, **options: Any) -> Any:
        """Run a workflow to its end and give its result, which must not be an error."""
        from runtime.binding import to_python

        outcome = self.outcome(self.start(kind, *arguments, **options))
        assert outcome.error is None, outcome.error.value.message
        return to_python(outcome.value)

    def failure(self, kind: str, *arguments: Any, **options: Any) -> Any:
        """Run a workflow that fails, and give the error."""
        outcome = self.outcome(self.start(kind, *arguments, **options))
        assert outcome.error is not None, outcome.value
        return outcome.error.value

    def signal(self, workflow_id: str, name: str, *arguments: Any, sender: str = "") -> None:
        self.client.signal(workflow_id, Signaled(name, tuple(map(dump, arguments)), {}, sender))

    def plain_client(self) -> Any:
        """Give a client that puts nothing before the names of task queues."""
        from runtime.temporal.client import Client
        from runtime.temporal.requests import Requests

        return Client(self.bridge, self.connection._sdk, Requests("default", "test", ""), "plain")

    def close(self) -> None:
        for worker in self.workers:
            worker.stop(LIMIT)
        self.connection.close()


@pytest.fixture
def world(server, tmp_path):
    made = World(server.address, tmp_path)
    yield made
    made.close()


def until(condition: Callable[[], Any], seconds: float = LIMIT) -> Any:
    """Wait for a condition and give what it gave."""
    with gevent.Timeout(seconds):
        while not (found := condition()):
            gevent.sleep(0.01)
        return found
