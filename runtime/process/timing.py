"""Timers of the event loop, and sleeping."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

from gevent import get_hub
from gevent.event import Event

from runtime.process import traps
from runtime.process.channel import Waiter
from runtime.process.tasks import current_task

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger("wippy.process")


class Clock:
    """Where time comes from: here the machine and the event loop. Tests put another one in its place with `use`."""

    def now(self) -> float:
        """Give seconds that never go back."""
        return time.monotonic()

    def wall(self) -> int:
        """Give nanoseconds since 1970."""
        return time.time_ns()

    def watcher(self, seconds: float) -> Any:
        """Make a timer that `start(callback)` arms once and `stop` and `close` end."""
        return get_hub().loop.timer(seconds)


_clock = Clock()


def use(clock: Clock) -> Clock:
    """Take time from another clock and give the one used so far."""
    global _clock
    former, _clock = _clock, clock
    return former


def clock() -> Clock:
    """Give the clock of the running process: that of its history for a workflow, the machine's for all others."""
    task = current_task()
    run = task.process.run if task is not None else None
    return _clock if run is None else run.clock


def now() -> float:
    """Give seconds that never go back."""
    return clock().now()


def wall() -> int:
    """Give nanoseconds since 1970."""
    return clock().wall()


class TimerHandle:
    """A timer that has been started; it fires once unless it is stopped before."""

    __slots__ = ("_fire", "_watcher")

    def __init__(self, watcher: Any, fire: Callable[[], None]) -> None:
        self._watcher = watcher
        self._fire: Callable[[], None] | None = fire

    def run(self) -> None:
        """Fire."""
        fire, self._fire = self._fire, None
        self._watcher.close()
        if fire is not None:
            try:
                fire()
            except Exception:
                log.exception("internal error: a timer failed")

    def stop(self) -> bool:
        """Stop; False when it has fired or was stopped before."""
        if self._fire is None:
            return False
        self._fire = None
        self._watcher.stop()
        self._watcher.close()
        return True


def start_timer(seconds: float, fire: Callable[[], None], on: Clock | None = None) -> TimerHandle:
    """Call a function on the hub after so many seconds, of the running process unless a clock is given.

    The function must not wait.
    """
    watcher = (on or clock()).watcher(max(0.0, seconds))
    handle = TimerHandle(watcher, fire)
    watcher.start(handle.run)
    return handle


def sleep(seconds: float) -> None:
    """Let the running coroutine wait; no time at all gives way to others once. Outside Lua code: the greenlet."""
    task = current_task()
    if task is None:
        await_event(Event(), seconds)
        return
    if seconds <= 0:
        traps.give_way()
        return
    waiter = Waiter(task)
    handle = start_timer(seconds, lambda: waiter.wake(None))
    try:
        traps.wait()
    finally:
        handle.stop()


def await_event(event: Event, seconds: float | None) -> None:
    """Wait in a plain greenlet until an event is set, at most so long."""
    if seconds is None:
        event.wait()
        return
    timer = start_timer(seconds, event.set)
    try:
        event.wait()
    finally:
        timer.stop()
