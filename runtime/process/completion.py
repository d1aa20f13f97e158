"""A result that somebody waits for: a task of a process, or a plain greenlet such as that of an HTTP request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gevent.event import Event

from runtime.process import traps
from runtime.process.channel import Waiter
from runtime.process.tasks import current_task

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.lua.errors import LuaError
    from runtime.lua.types import LuaValue


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a process ended: with a value, or with an error."""

    value: LuaValue = None
    error: LuaError | None = None


class Completion:
    """Is set once, with an outcome; whoever waits goes on then."""

    __slots__ = ("_listeners", "outcome")

    def __init__(self) -> None:
        self.outcome: Outcome | None = None
        self._listeners: list[Callable[[Outcome], None]] = []

    def set(self, outcome: Outcome) -> None:
        """Give the outcome; a second one is ignored."""
        if self.outcome is not None:
            return
        self.outcome = outcome
        listeners, self._listeners = self._listeners, []
        for listener in listeners:
            listener(outcome)

    def listen(self, listener: Callable[[Outcome], None]) -> None:
        """Call a function with the outcome, at once if it is there."""
        if self.outcome is not None:
            listener(self.outcome)
        else:
            self._listeners.append(listener)

    def wait(self) -> Outcome:
        """Wait for the outcome."""
        if self.outcome is None:
            task = current_task()
            if task is not None:
                self._listeners.append(Waiter(task).wake)
                traps.wait()
            else:
                event = Event()
                self._listeners.append(lambda _: event.set())
                event.wait()
        assert self.outcome is not None, "woken before the outcome was set"
        return self.outcome
