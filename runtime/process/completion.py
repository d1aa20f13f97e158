"""A result that somebody waits for: a task of a process, or a plain greenlet such as that of an HTTP request."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from gevent.event import Event

from runtime.process import traps
from runtime.process.channel import Waiter
from runtime.process.outcome import Outcome
from runtime.process.tasks import Task, current_task
from runtime.process.timing import await_event, start_timer

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger("wippy.process")


class Completion:
    """Is set once, with an outcome; whoever waits goes on then."""

    __slots__ = ("_listeners", "outcome")

    def __init__(self) -> None:
        self.outcome: Outcome | None = None
        self._listeners: list[Callable[[Outcome], object]] = []

    def set(self, outcome: Outcome) -> None:
        """Give the outcome; a second one is ignored."""
        if self.outcome is not None:
            return
        self.outcome = outcome
        listeners, self._listeners = self._listeners, []
        for listener in listeners:
            try:
                listener(outcome)
            except Exception:
                log.exception("internal error: a listener of a completion failed")

    def listen(self, listener: Callable[[Outcome], object]) -> None:
        """Call a function with the outcome, at once if it is there; it must not wait."""
        if self.outcome is not None:
            listener(self.outcome)
        else:
            self._listeners.append(listener)

    def wait(self) -> Outcome:
        """Wait for the outcome."""
        self.wait_for(None)
        assert self.outcome is not None, "woken before the outcome was set"
        return self.outcome

    def wait_for(self, seconds: float | None) -> bool:
        """Wait for the outcome at most so long; tell whether it is there."""
        if self.outcome is None:
            task = current_task()
            if task is not None:
                self._wait_in_task(task, seconds)
            else:
                self._wait_outside(seconds)
        return self.outcome is not None

    def _wait_in_task(self, task: Task, seconds: float | None) -> None:
        waiter = Waiter(task)
        wake = waiter.wake
        timer = start_timer(seconds, lambda: wake(None)) if seconds is not None else None
        self._listeners.append(wake)
        try:
            traps.wait()
        finally:
            self._forget(wake)
            if timer is not None:
                timer.stop()

    def _wait_outside(self, seconds: float | None) -> None:
        event = Event()

        def tell(_: Outcome) -> None:
            event.set()

        self._listeners.append(tell)
        try:
            await_event(event, seconds)
        finally:
            self._forget(tell)

    def _forget(self, listener: Callable[[Outcome], object]) -> None:
        if listener in self._listeners:
            self._listeners.remove(listener)


__all__ = ["Completion", "Outcome"]
