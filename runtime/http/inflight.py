"""Counting what is under way, so that a server can wait for it."""

from __future__ import annotations

from gevent.event import Event


class InFlight:
    """A context that counts who is inside of it."""

    def __init__(self) -> None:
        self._count = 0
        self._idle: Event | None = None  # there while somebody waits for it

    def __enter__(self) -> None:
        self._count += 1

    def __exit__(self, *_: object) -> None:
        self._count -= 1
        if self._count == 0 and self._idle is not None:
            self._idle.set()

    def wait(self, timeout: float) -> bool:
        """Wait until nobody is inside; tell whether that came true in time."""
        if self._count:
            self._idle = Event()
            self._idle.wait(timeout)
        return self._count == 0
