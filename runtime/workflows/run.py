"""One run of a workflow in memory: carries out jobs by letting its Lua code go on until all of it waits."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from gevent.event import Event

from runtime.binding import Failure, Kind
from runtime.lua.frames import where
from runtime.process.events import cancel_event, error_of
from runtime.process.message import Envelope
from runtime.process.outcome import Outcome
from runtime.process.pid import Pid
from runtime.process.process import Process
from runtime.process.tasks import apply
from runtime.process.timing import Clock
from runtime.workflows import commands, data, headers
from runtime.workflows.activation import (
    Activation,
    ActivityResolved,
    CancelRequested,
    CancelSent,
    ChildResolved,
    ChildStarted,
    MarkKnown,
    Queried,
    Signaled,
    SignalSent,
    Start,
    TimerFired,
    UpdateRequested,
)
from runtime.workflows.errors import WorkflowError
from runtime.workflows.surroundings import UPDATE_HOST, Surroundings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from runtime.lua.types import LuaFunction, Results
    from runtime.registry.entry import EntryId
    from runtime.workflows.activation import Job
    from runtime.workflows.commands import Command

_PATIENCE = 10.0  # seconds that the code may run without waiting
_SHORTEST = 1_000_000  # nanoseconds of a timer
_NUMBERED = {
    TimerFired: "timer",
    ActivityResolved: "activity",
    ChildStarted: "start",
    ChildResolved: "child",
    SignalSent: "signal",
    CancelSent: "cancel",
}


class Run:
    """A workflow as `runtime.workflows.engine.Workflow` has it.

    `host` is the entry that it runs on, `entry` its code. It is not thread-safe, and activations may not overlap.
    """

    def __init__(self, node: Any, start: Start, entry: EntryId, host: EntryId) -> None:
        self.start = start
        self.entry = entry
        self.host = host
        self.random = random.Random(start.seed)  # noqa: S311  (it has to give the same numbers in a replay)
        self.replaying = False
        self.now = 0
        self.history_length = self.history_size = 0
        self.marks: dict[str, int] = {}
        self.known_marks: set[str] = set()
        self.clock: Clock = _HistoryClock(self)
        self.state: dict[str, bytes] = {}
        self._numbers: dict[str, int] = {}
        self._answers: dict[tuple[str, int], Callable[[Any], object]] = {}
        self._commands: list[Command] = []
        # In a replay: which line of Lua asked for what. It keeps the commands, whose identity is the key.
        self._places: dict[int, tuple[Command, str]] = {}
        self._rest = Event()
        self._broken: WorkflowError | None = None
        self._successor: commands.ContinueAsNew | None = None
        # It leaves the memory: what its code does while it is unwound counts for nothing.
        self.closed = False
        self.surroundings = Surroundings(node, self)
        self.process = Process(
            self.surroundings,
            Pid("", str(host), start.workflow_id),
            str(entry),
            headers.context_of(start.headers, node.policies),
        )
        self.process.run = self
        self.updates: set[str] = set()  # those that were accepted and wait for their answer

    # --- what an engine calls -----------------------------------------------------------------------------------------

    def activate(self, activation: Activation) -> Sequence[Command]:
        """Carry out jobs until all code waits, and give what it asks for; raise WorkflowError when it cannot."""
        self.now = activation.now
        self.replaying = activation.replaying
        self._places.clear()
        self.history_length, self.history_size = activation.history_length, activation.history_size
        for job in activation.jobs:
            if not isinstance(job, Queried):
                self._carry_out(job)
        self._settle()
        for job in activation.jobs:
            if isinstance(job, Queried):
                self._answer(job)
        asked, self._commands = self._commands, []
        return asked

    def close(self) -> None:
        """End the code; its history can bring it back."""
        if not self.process.finished:
            self.closed = True
            self.process.terminate("the workflow leaves the memory", Kind.CANCELED)

    # --- what its code calls ------------------------------------------------------------------------------------------

    def ask(self, command: Command) -> None:
        """Ask the engine for something; code that is being unwound has nothing to ask for."""
        if not self.process.ending:
            self._commands.append(command)
            if self.replaying:
                self._places[id(command)] = (command, where().rstrip(": "))

    def place_of(self, command: Command) -> str:
        """Tell the line of Lua that asked for a command in a replay; empty where it is unknown."""
        return self._places.get(id(command), (command, ""))[1]

    def number(self, of: str) -> int:
        """Give the next number of a timer, an activity and so on."""
        self._numbers[of] = self._numbers.get(of, 0) + 1
        return self._numbers[of]

    def expect(self, of: str, seq: int, answer: Callable[[Any], object]) -> None:
        """Call a function with the job that answers a command."""
        self._answers[of, seq] = answer

    def forget(self, of: str, seq: int) -> bool:
        """Leave the answer to a command alone; False when it has come already."""
        return self._answers.pop((of, seq), None) is not None

    def mark(self, change: str, least: int, most: int) -> int:
        """Give the version of a change that this run goes by, which stays the same for good."""
        if change not in self.marks:
            self.marks[change] = version = self._version(change, most)
            if version:
                self.ask(commands.Mark(f"{change}@{version}"))
        version = self.marks[change] or least
        if not least <= version <= most:
            text = f"this run goes by version {version} of '{change}', and the code supports {least} to {most} only"
            # Whatever the code makes of the error: it is the code that is wrong, and the run waits for a better one.
            self._broken = WorkflowError(f"{self.entry}: {text}")
            raise Failure(Kind.INVALID, text)
        return version

    def _version(self, change: str, most: int) -> int:
        """Find the version in the history; 0 for a run that was there before the change."""
        if not self.replaying:
            return most
        versions = [int(mark.rpartition("@")[2]) for mark in self.known_marks if mark.rpartition("@")[0] == change]
        return max(versions, default=0)

    def at_rest(self) -> None:
        """Take note that all code waits, or has ended."""
        self._rest.set()

    def go_on_as(self, successor: commands.ContinueAsNew) -> None:
        """End the code, and let a new run take its place."""
        self._successor = successor
        self.process.end(Outcome())

    def ended(self, outcome: Outcome) -> None:
        """Take note of the end of the code."""
        if not self.closed:
            self._commands.append(self._successor or _ending(outcome))
        self._rest.set()

    # --- jobs ---------------------------------------------------------------------------------------------------------

    def _carry_out(self, job: Job) -> None:
        of = _NUMBERED.get(type(job))
        if of is not None:
            answer = self._answers.pop((of, job.seq), None)  # type: ignore[union-attr]
            if answer is not None:
                answer(job)
        elif isinstance(job, Start):
            self._begin(job)
        elif isinstance(job, Signaled):
            self._deliver(Pid.parse(job.sender) if job.sender else None, job.name, job.arguments)
        elif isinstance(job, UpdateRequested):
            self._deliver(Pid("", UPDATE_HOST, job.id), job.name, job.arguments)
        elif isinstance(job, CancelRequested):
            self.process.deliver(cancel_event(None, job.reason))
        elif isinstance(job, MarkKnown):
            self.known_marks.add(job.id)

    def _begin(self, job: Start) -> None:
        arguments = data.decode_all(job.arguments)
        for envelope in headers.messages_of(job.headers):
            self.process.deliver(envelope)

        def body() -> Results:
            method: LuaFunction = self.surroundings.code.instantiate(self.entry).method
            return apply(method, arguments)

        self.process.start(body, ())

    def _deliver(self, sender: Pid | None, topic: str, values: tuple[bytes, ...]) -> None:
        if self.process.ending:
            if sender is not None and sender.host == UPDATE_HOST:
                self.ask(commands.RejectUpdate(sender.unique, data.problem_from(_OVER)))
            return
        self.process.deliver(Envelope(sender, topic, data.decode_all(values)))

    def _settle(self) -> None:
        """Wait until all code waits."""
        process = self.process
        self._rest.clear()
        if process.finished or not (process.ready or process.queued or process.preempted is not None):
            return
        if not self._rest.wait(_PATIENCE) and self._broken is None:
            self._broken = WorkflowError(
                f"{self.entry} has run for {_PATIENCE:g} s without waiting for anything; a workflow leaves work to "
                "activities"
            )
            self.close()
            self._rest.wait(_PATIENCE)
        if self._broken is not None:
            raise self._broken

    def _answer(self, query: Queried) -> None:
        """Answer one of the questions that every workflow understands, or one that its code has an answer for."""
        if query.name == "pid":
            self.ask(commands.AnswerQuery(query.id, data.to_json(self.start.workflow_id)))
        elif query.name == "state":
            told = {name: data.from_json(value) for name, value in self.state.items()}
            self.ask(commands.AnswerQuery(query.id, data.to_json(told)))
        elif query.name in self.state:
            self.ask(commands.AnswerQuery(query.id, self.state[query.name]))
        else:
            known = ", ".join(sorted({"pid", "state", *self.state}))
            refusal = Failure(Kind.NOT_FOUND, f"unknown query type '{query.name}'; known are {known}")
            self.ask(commands.AnswerQuery(query.id, problem=data.problem_from(refusal)))


def _ending(outcome: Outcome) -> Command:
    error = error_of(outcome)
    if error is not None:
        return commands.Fail(data.problem_of(error))
    try:
        return commands.Complete(data.encode(outcome.value))
    except Failure as failure:
        return commands.Fail(data.problem_from(failure))


_OVER = Failure(Kind.NOT_FOUND, "the workflow has ended")


class _HistoryClock(Clock):
    """The time of the task that is carried out; timers are asked for."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def now(self) -> float:
        return self._run.now / 1e9

    def wall(self) -> int:
        return self._run.now

    def watcher(self, seconds: float) -> _DurableTimer:
        return _DurableTimer(self._run, seconds)


class _DurableTimer:
    """Stands for a timer of the event loop."""

    def __init__(self, run: Run, seconds: float) -> None:
        self._run = run
        self._nanoseconds = max(_SHORTEST, round(seconds * 1e9))
        self._seq = 0

    def start(self, callback: Callable[[], None]) -> None:
        """Ask for the timer."""
        self._seq = self._run.number("timer")
        self._run.expect("timer", self._seq, lambda _: callback())
        self._run.ask(commands.StartTimer(self._seq, self._nanoseconds))

    def stop(self) -> None:
        """Take it back, unless it has fired."""
        if self._seq and self._run.forget("timer", self._seq):
            self._run.ask(commands.CancelTimer(self._seq))

    def close(self) -> None:
        """Do nothing: there is nothing to release."""
