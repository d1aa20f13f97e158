"""A workflow written as a generator, on the interface between workflows and engines.

It yields functions that tell whether what it waits for is there: None while it is not, else a tuple with the value.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from runtime.workflows import activation as jobs
from runtime.workflows import commands
from runtime.workflows.activation import Completed, Failed, Problem
from runtime.workflows.errors import WorkflowError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

_ENDS = (commands.Complete, commands.Fail, commands.ContinueAsNew)
Ready = "Callable[[], tuple[Any, ...] | None]"


def dump(value: Any) -> bytes:
    return json.dumps(value).encode()


def load(data: bytes | None) -> Any:
    return None if data is None else json.loads(data)


class Ended(Exception):
    """How a script fails its workflow."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem


class Flow:
    """What a script has in its hands."""

    def __init__(self, start: jobs.Start) -> None:
        self.start = start
        self.commands: list[commands.Command] = []
        self.results: dict[tuple[str, int], Any] = {}
        self.signals: list[jobs.Signaled] = []
        self.updates: list[jobs.UpdateRequested] = []
        self.canceled: str | None = None
        self.known: set[str] = set()
        self.state: Any = None
        self.now = 0
        self.replaying = False
        self._numbers: dict[str, int] = {}

    def _next(self, kind: str) -> int:
        self._numbers[kind] = self._numbers.get(kind, 0) + 1
        return self._numbers[kind]

    def _wait(self, kind: str, seq: int) -> Callable[[], tuple[Any, ...] | None]:
        return lambda: (self.results[kind, seq],) if (kind, seq) in self.results else None

    def activity(self, name: str, *arguments: Any, headers: Any = None, **options: Any) -> Any:
        seq = self._next("activity")
        made = commands.ActivityOptions(**options)
        self.commands.append(commands.ScheduleActivity(seq, name, tuple(map(dump, arguments)), headers or {}, made))
        return self._wait("activity", seq)

    def cancel_activity(self, seq: int) -> None:
        self.commands.append(commands.CancelActivity(seq))

    def timer(self, seconds: float) -> Any:
        seq = self._next("timer")
        self.commands.append(commands.StartTimer(seq, round(seconds * 1e9)))
        return self._wait("timer", seq)

    def child(self, kind: str, workflow_id: str, *arguments: Any, **options: Any) -> tuple[Any, Any]:
        seq = self._next("child")
        made = commands.StartOptions(**options)
        self.commands.append(commands.StartChild(seq, kind, workflow_id, tuple(map(dump, arguments)), {}, made))
        return self._wait("child started", seq), self._wait("child", seq)

    def tell(self, workflow_id: str, name: str, *arguments: Any) -> Any:
        seq = self._next("signal")
        self.commands.append(commands.SignalWorkflow(seq, workflow_id, name, tuple(map(dump, arguments)), {}))
        return self._wait("signal", seq)

    def stop(self, workflow_id: str, reason: str = "") -> Any:
        seq = self._next("cancel")
        self.commands.append(commands.CancelWorkflow(seq, workflow_id, reason))
        return self._wait("cancel", seq)

    def signal(self) -> Any:
        return lambda: (self.signals.pop(0),) if self.signals else None

    def update(self) -> Any:
        return lambda: (self.updates.pop(0),) if self.updates else None

    def cancellation(self) -> Any:
        return lambda: (self.canceled,) if self.canceled is not None else None

    def mark(self, name: str) -> bool:
        """Do as `workflow.version`: tell whether this run goes the new way."""
        if self.replaying and name not in self.known:
            return False
        self.commands.append(commands.Mark(name))
        return True

    @staticmethod
    def first(*ready: Any) -> Any:
        """Wait for one of several; gives its index and value."""

        def check() -> tuple[Any, ...] | None:
            for index, one in enumerate(ready):
                found = one()
                if found is not None:
                    return ((index, found[0]),)
            return None

        return check


Main = "Callable[..., Generator[Any, Any, Any]]"


class Script:
    """Runs a generator as a Workflow."""

    def __init__(self, start: jobs.Start, main: Callable[..., Generator[Any, Any, Any]]) -> None:
        self.flow = Flow(start)
        self._main = main(self.flow, *map(load, start.arguments))
        self._waits: Any = None
        self._begun = self._over = False
        self.closed = False

    def activate(self, activation: jobs.Activation) -> Iterable[commands.Command]:
        flow = self.flow
        flow.commands, flow.now, flow.replaying = [], activation.now, activation.replaying
        queries = []
        for job in activation.jobs:
            if isinstance(job, jobs.Queried):
                queries.append(job)
            else:
                _APPLY[type(job)](flow, job)
        if not self._over:
            self._go_on()
        for query in queries:
            flow.commands.append(self._answer(query))
        return flow.commands

    def _answer(self, query: jobs.Queried) -> commands.Command:
        if query.name != "state":
            return commands.AnswerQuery(query.id, problem=Problem(f"unknown query type {query.name}", "NotFound"))
        return commands.AnswerQuery(query.id, dump(self.flow.state))

    def _go_on(self) -> None:
        flow = self.flow
        try:
            if not self._begun:
                self._begun = True
                self._waits = next(self._main)
            while (found := self._waits()) is not None:
                self._waits = self._main.send(found[0])
        except StopIteration as end:
            self._over = True
            made = end.value
            ends = isinstance(made, _ENDS)
            flow.commands.append(made if ends else commands.Complete(None if made is None else dump(made)))
        except Ended as end:
            self._over = True
            flow.commands.append(commands.Fail(end.problem))

    def place_of(self, command: commands.Command) -> str:
        return ""

    def close(self) -> None:
        self.closed = True
        self._main.close()


def _result(kind: str) -> Callable[[Flow, Any], None]:
    def apply(flow: Flow, job: Any) -> None:
        flow.results[kind, job.seq] = job

    return apply


def _resolved(kind: str) -> Callable[[Flow, Any], None]:
    def apply(flow: Flow, job: Any) -> None:
        flow.results[kind, job.seq] = job.result

    return apply


_APPLY: dict[type, Callable[[Flow, Any], None]] = {
    jobs.Start: lambda flow, job: None,
    jobs.TimerFired: _result("timer"),
    jobs.ActivityResolved: _resolved("activity"),
    jobs.ChildStarted: _result("child started"),
    jobs.ChildResolved: _resolved("child"),
    jobs.SignalSent: _result("signal"),
    jobs.CancelSent: _result("cancel"),
    jobs.Signaled: lambda flow, job: flow.signals.append(job),
    jobs.UpdateRequested: lambda flow, job: flow.updates.append(job),
    jobs.CancelRequested: lambda flow, job: setattr(flow, "canceled", job.reason),
    jobs.MarkKnown: lambda flow, job: flow.known.add(job.id),
}


def value(result: Completed | Failed) -> Any:
    """Give what an activity or child returned."""
    if isinstance(result, Failed):
        raise Ended(result.problem)
    return load(result.value)


__all__ = ["Ended", "Flow", "Script", "WorkflowError", "dump", "load", "value"]
