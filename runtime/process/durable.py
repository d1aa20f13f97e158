"""What makes a process durable: time and chance come from its history, and somebody waits until all of it waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from random import Random

    from runtime.process.timing import Clock


class DurableRun(Protocol):
    """A run of a workflow, as the rest of the machine sees it."""

    clock: Clock
    random: Random
    # What it says now it has said before.
    replaying: bool

    def at_rest(self) -> None:
        """Take note, on the hub, that all coroutines of the process wait, or that it is over; must not wait."""
