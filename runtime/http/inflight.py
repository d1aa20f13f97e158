"""Counting what is under way, so that a server can wait for it."""

from __future__ import annotations

from gevent.event import Event


class InFlight:
    """A context that counts who is inside of it."""

    def __init__(self) -> None:
        self._count = 0
        self._idle = Event()
        self._idle.set()

    def __enter__(self) -> None:
        self._count += 1
        self._idle.clear()

    def __exit__(self, *_: object) -> None:
        self._count -= 1
        if self._count == 0:
            self._idle.set()

    def wait(self, timeout: float) -> bool:
        """Wait until nobody is inside; tell whether that came true in time."""
        return bool(self._idle.wait(timeout))
