"""Timers of the event loop, and sleeping."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from gevent import get_hub

from runtime.process import traps
from runtime.process.channel import Waiter
from runtime.process.tasks import current_task

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger("wippy.process")


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


def start_timer(seconds: float, fire: Callable[[], None]) -> TimerHandle:
    """Call a function on the hub after so many seconds; it must not wait."""
    watcher = get_hub().loop.timer(max(0.0, seconds))
    handle = TimerHandle(watcher, fire)
    watcher.start(handle.run)
    return handle


def sleep(seconds: float) -> None:
    """Let the running coroutine wait; no time at all gives way to others once."""
    if seconds <= 0:
        traps.give_way()
        return
    waiter = Waiter(current_task())
    handle = start_timer(seconds, lambda: waiter.wake(None))
    try:
        traps.wait()
    finally:
        handle.stop()
