"""What a worker is given to run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.registry.entry import EntryId
    from runtime.temporal.config import WorkerOptions
    from runtime.workflows.activation import Start
    from runtime.workflows.commands import Deliver
    from runtime.workflows.engine import Activities, Workflow


@dataclass(frozen=True)
class Deployment:
    """The code: all of it is called on the thread of the hub.

    `make` gives a new run of a workflow, and raises WorkflowError for a type that nobody has registered; `deliver`
    sends a message of a workflow, by its id, to a process.
    """

    make: Callable[[Start], Workflow]
    activities: Activities
    deliver: Callable[[str, Deliver], object]


@dataclass(frozen=True)
class Work:
    """What a worker is asked to do, by the entry `worker`; `task_queue` is without the prefix of the client."""

    worker: EntryId
    task_queue: str
    options: WorkerOptions
    deployment: Deployment
