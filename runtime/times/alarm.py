"""Timers that belong to the process that set them and end with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.process import timing
from runtime.process.current import on_exit
from runtime.process.timing import start_timer

if TYPE_CHECKING:
    from collections.abc import Callable


class Alarm:
    """Calls a function on the hub after some seconds, or at that interval; never after its process has ended.

    Intervals are counted from the start, so that a late call does not delay those after it; missed calls are left out.
    """

    def __init__(self, seconds: float, fire: Callable[[], None], *, repeat: bool = False) -> None:
        self._fire = fire
        self._clock = timing.clock()  # where it rings again no process runs
        self._interval = seconds if repeat else 0.0
        self._due = self._clock.now() + seconds
        self._handle = start_timer(seconds, self._ring, self._clock)
        # Taken back when it has fired for the last time, for a long-lived process would collect all its timers.
        self._forget = on_exit(self._cancel)

    def stop(self) -> bool:
        """Stop; False when it has fired for the last time or was stopped before."""
        stopped = self._handle.stop()
        if stopped:
            self._forget()
        return stopped

    def _ring(self) -> None:
        if self._interval:
            now = self._clock.now()
            self._due += self._interval * max(1, 1 + (now - self._due) // self._interval)
            self._handle = start_timer(self._due - now, self._ring, self._clock)
        else:
            self._forget()
        self._fire()

    def _cancel(self) -> None:
        self._handle.stop()
