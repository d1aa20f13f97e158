"""What `runtime.process` has every function of a module do, once there are processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def _nothing() -> None:
    """Do nothing: no processes are there."""


# Gives the processor away; set by the timer of `runtime.process` when a program has had its share, until that is done.
overdue: Callable[[], None] | None = None
# Runs after a blocking function is done and before its caller goes on.
after_blocking: Callable[[], None] = _nothing


def breathe() -> None:
    """Let other processes run if the running one has had its share: for functions that compute for long."""
    if overdue is not None:
        overdue()
