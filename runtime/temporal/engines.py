"""What an engine is to the entries temporal.client and temporal.worker, and which one an address stands for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.registry.entry import EntryId
    from runtime.supervisor.service import Outcome
    from runtime.temporal.config import ClientConfig, WorkerOptions
    from runtime.workflows.activation import Start
    from runtime.workflows.commands import Deliver
    from runtime.workflows.engine import Activities, Client, Workflow


@dataclass(frozen=True)
class Deployment:
    """What runs on a worker.

    `make` gives a new run of a workflow, and raises WorkflowError for a type that nobody has registered; `deliver`
    sends a message to a process and never fails.
    """

    make: Callable[[Start], Workflow]
    activities: Activities
    deliver: Callable[[Deliver], object]


@dataclass(frozen=True)
class Work:
    """What a worker is asked to do, by the entry `worker`; `task_queue` is without the prefix of the client."""

    worker: EntryId
    task_queue: str
    options: WorkerOptions
    deployment: Deployment


class Serving(Protocol):
    """A worker that runs."""

    def wait(self) -> Outcome:
        """Wait until it ends by itself."""

    def stop(self, timeout: float) -> None:
        """End it within so many seconds."""


class Connection(Protocol):
    """A client that runs, whatever is behind it."""

    @property
    def client(self) -> Client:
        """What processes ask about workflows."""

    def serve(self, work: Work) -> Serving:
        """Start a worker, and return when it runs; raise ServiceError when it cannot."""

    def check(self) -> None:
        """Ask whether all is well; raise ServiceError when it is not."""

    def close(self) -> None:
        """Let go of it; its workers have stopped before."""


class Engine(Protocol):
    """Makes connections."""

    def __call__(self, node: Any, entry_id: EntryId, config: ClientConfig) -> Connection:
        """Connect; may wait, and raises ServiceError with what to do when it cannot."""
