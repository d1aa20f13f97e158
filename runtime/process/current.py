"""Which process runs: the one accessor to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runtime.binding.failure import Failure
from runtime.lua.errors import Kind
from runtime.process.context import EMPTY, CallContext
from runtime.process.tasks import current_task

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.process.process import Process


def process() -> Process | None:
    """Give the running process, None outside Lua code."""
    task = current_task()
    return task.process if task is not None else None


def node() -> Any:
    """Give the node as the running process sees it: a workflow sees one that records; INTERNAL outside."""
    task = current_task()
    if task is None:
        raise Failure(Kind.INTERNAL, "no process is running here")
    return task.process.node


def context() -> CallContext:
    """Give the context of the running process; an empty one outside."""
    task = current_task()
    return task.process.context if task is not None else EMPTY


def on_exit(cleanup: Callable[[], None]) -> Callable[[], None]:
    """Run a function when the running call or process is over; outside Lua code never. The result takes that back."""
    task = current_task()
    return task.process.on_exit(cleanup) if task is not None else _nothing


def _nothing() -> None:
    """Take back what was not asked for."""
