"""Which engine an address stands for, and what an engine gets to run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.workflows.activation import Start
    from runtime.workflows.commands import Deliver
    from runtime.workflows.engine import Activities, Workflow


@dataclass(frozen=True)
class Deployment:
    """What runs on a worker.

    `make` gives a new run of a workflow, and raises WorkflowError for a type that nobody has registered; `deliver` sends
    a message to a process and fails never.
    """

    make: Callable[[Start], Workflow]
    activities: Activities
    deliver: Callable[[Deliver], object]
