"""What an engine tells a workflow: jobs, in the order in which they happened (as in Temporal's sdk-core).

All values that cross this border are `Data`: JSON in UTF-8. What a workflow sees the first time is what has been
through the encoding, so that it sees the same when it is replayed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

Data: TypeAlias = bytes
Headers: TypeAlias = Mapping[str, Data]


@dataclass(frozen=True, slots=True)
class Problem:
    """An error on its way: as Lua's error objects have it, and the errors that it wraps.

    `retryable` is None where nobody said. `details` is a JSON object, `stack` the frames of Lua, one a line.
    """

    message: str
    kind: str = ""
    retryable: bool | None = None
    details: Data | None = None
    stack: str = ""
    cause: Problem | None = None


@dataclass(frozen=True, slots=True)
class Completed:
    """A result; None where there was no value."""

    value: Data | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """An error in place of a result; `canceled` where whoever waits had asked for the end."""

    problem: Problem
    canceled: bool = False


Result: TypeAlias = Completed | Failed


@dataclass(frozen=True, slots=True)
class Start:
    """The first job of every run. `seed` is what its random numbers grow from; `parent` the id of its parent."""

    workflow_id: str
    run_id: str
    type: str
    arguments: tuple[Data, ...] = ()
    headers: Headers = field(default_factory=dict)
    seed: int = 0
    attempt: int = 1
    task_queue: str = ""
    namespace: str = "default"
    parent: str = ""


@dataclass(frozen=True, slots=True)
class TimerFired:
    """The timer of a StartTimer is up."""

    seq: int


@dataclass(frozen=True, slots=True)
class ActivityResolved:
    """The activity of a ScheduleActivity is over, after all its attempts."""

    seq: int
    result: Result


@dataclass(frozen=True, slots=True)
class ChildStarted:
    """The child of a StartChild runs, or could not be started."""

    seq: int
    run_id: str = ""
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class ChildResolved:
    """The child of a StartChild is over."""

    seq: int
    result: Result


@dataclass(frozen=True, slots=True)
class SignalSent:
    """The message of a SignalWorkflow has arrived, or could not."""

    seq: int
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class CancelSent:
    """The request of a CancelWorkflow has arrived, or could not."""

    seq: int
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Signaled:
    """A message came from outside; `sender` is a pid, empty where nobody knows."""

    name: str
    arguments: tuple[Data, ...] = ()
    headers: Headers = field(default_factory=dict)
    sender: str = ""


@dataclass(frozen=True, slots=True)
class CancelRequested:
    """Somebody asks the workflow to end."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class MarkKnown:
    """A mark that the history has further on (see the command Mark)."""

    id: str


@dataclass(frozen=True, slots=True)
class Queried:
    """A question, which must not change anything."""

    id: str
    name: str
    arguments: tuple[Data, ...] = ()


@dataclass(frozen=True, slots=True)
class UpdateRequested:
    """A request that the workflow accepts or rejects, and answers."""

    id: str
    name: str
    arguments: tuple[Data, ...] = ()
    headers: Headers = field(default_factory=dict)


Job: TypeAlias = (
    Start
    | TimerFired
    | ActivityResolved
    | ChildStarted
    | ChildResolved
    | SignalSent
    | CancelSent
    | Signaled
    | CancelRequested
    | MarkKnown
    | Queried
    | UpdateRequested
)


@dataclass(frozen=True, slots=True)
class Activation:
    """A workflow task: the time in it, in nanoseconds since 1970, and what has happened since the last one.

    `replaying` is set while all of it is in the history already. The sizes are those of the history, in events and in
    bytes.
    """

    now: int
    jobs: tuple[Job, ...]
    replaying: bool = False
    history_length: int = 0
    history_size: int = 0
