"""What a workflow asks an engine for; an engine records it, and compares it when it replays.

`seq` numbers what is answered by a job later: timers, activities, children, messages and requests, each from 1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.workflows.activation import Data, Headers, Problem


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """When something that failed is tried again; seconds. No attempts are without limit, no longest wait is none."""

    initial_interval: float = 1.0
    backoff_coefficient: float = 2.0
    maximum_interval: float | None = None
    maximum_attempts: int = 0
    non_retryable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ActivityOptions:
    """Limits of an activity; seconds, None for none."""

    start_to_close: float | None = 600.0
    schedule_to_close: float | None = None
    schedule_to_start: float | None = None
    heartbeat: float | None = None
    id: str = ""
    task_queue: str = ""
    wait_for_cancellation: bool = False
    disable_eager_execution: bool = False
    retry: RetryPolicy | None = None


@dataclass(frozen=True, slots=True)
class StartOptions:
    """How a workflow starts; seconds, None for none. `memo` and `search` are JSON values by name."""

    task_queue: str = ""
    execution_timeout: float | None = None
    run_timeout: float | None = None
    task_timeout: float | None = None
    id_conflict_policy: str = ""
    id_reuse_policy: str = ""
    retry: RetryPolicy | None = None
    cron_schedule: str = ""
    memo: Mapping[str, Data] = field(default_factory=dict)
    search: Mapping[str, Data] = field(default_factory=dict)
    start_delay: float | None = None
    parent_close_policy: str = ""
    wait_for_cancellation: bool = False
    enable_eager_start: bool = False
    namespace: str = ""


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Wake me after so many nanoseconds."""

    seq: int
    nanoseconds: int


@dataclass(frozen=True, slots=True)
class CancelTimer:
    """Forget a timer."""

    seq: int


@dataclass(frozen=True, slots=True)
class ScheduleActivity:
    """Call a function outside of the workflow, until it succeeds or may not be tried again."""

    seq: int
    name: str
    arguments: tuple[Data, ...]
    headers: Headers
    options: ActivityOptions


@dataclass(frozen=True, slots=True)
class CancelActivity:
    """Ask an activity to end; it is resolved as canceled, at once unless it waits for the end."""

    seq: int


@dataclass(frozen=True, slots=True)
class StartChild:
    """Start another workflow that belongs to this one."""

    seq: int
    type: str
    workflow_id: str
    arguments: tuple[Data, ...]
    headers: Headers
    options: StartOptions


@dataclass(frozen=True, slots=True)
class CancelChild:
    """Ask a child to end."""

    seq: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SignalWorkflow:
    """Send a message to another workflow."""

    seq: int
    workflow_id: str
    name: str
    arguments: tuple[Data, ...]
    headers: Headers


@dataclass(frozen=True, slots=True)
class CancelWorkflow:
    """Ask another workflow to end."""

    seq: int
    workflow_id: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Deliver:
    """Send a message to a process; not again when replayed, and no engine promises that it arrives."""

    pid: str
    topic: str
    arguments: tuple[Data, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """Remember in the history that the run took a way of the code (`workflow.version`)."""

    id: str


@dataclass(frozen=True, slots=True)
class SetSearchAttributes:
    """Set what the workflow can be found by; JSON values by name."""

    values: Mapping[str, Data]


@dataclass(frozen=True, slots=True)
class SetMemo:
    """Set notes on the workflow; JSON values by name."""

    values: Mapping[str, Data]


@dataclass(frozen=True, slots=True)
class AnswerQuery:
    """Answer a question, or say why not."""

    id: str
    value: Data | None = None
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class AcceptUpdate:
    """Take a request on."""

    id: str


@dataclass(frozen=True, slots=True)
class RejectUpdate:
    """Refuse a request."""

    id: str
    problem: Problem


@dataclass(frozen=True, slots=True)
class CompleteUpdate:
    """Answer a request that was accepted, or say how it failed."""

    id: str
    value: Data | None = None
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Complete:
    """End with a result."""

    value: Data | None = None


@dataclass(frozen=True, slots=True)
class Fail:
    """End with an error."""

    problem: Problem


@dataclass(frozen=True, slots=True)
class ContinueAsNew:
    """End, and go on as a new run of the same id with these arguments."""

    type: str
    arguments: tuple[Data, ...]
    headers: Headers


Command: TypeAlias = (
    StartTimer
    | CancelTimer
    | ScheduleActivity
    | CancelActivity
    | StartChild
    | CancelChild
    | SignalWorkflow
    | CancelWorkflow
    | Deliver
    | Mark
    | SetSearchAttributes
    | SetMemo
    | AnswerQuery
    | AcceptUpdate
    | RejectUpdate
    | CompleteUpdate
    | Complete
    | Fail
    | ContinueAsNew
)
