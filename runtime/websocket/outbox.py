"""What is to be written to a socket: whoever writes need not wait, and order is kept."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

import gevent
from gevent.event import Event

if TYPE_CHECKING:
    from collections.abc import Callable


class Outbox:
    """Bytes on their way to a socket. `broken` is called on the event loop when a write fails or takes too long.

    A greenlet writes as long as there is something to write: an idle connection has none.
    """

    def __init__(self, sock: Any, broken: Callable[[], None], write_timeout: float | None = None) -> None:
        self._sock = sock
        self._broken = broken
        self._write_timeout = write_timeout
        self._pieces: deque[bytes] = deque()
        self._writing = False
        self._empty: Event | None = None
        self.pending = 0  # bytes
        self.closed = False

    def put(self, data: bytes) -> None:
        """Write later; never waits, and may be called from the event loop."""
        if self.closed or not data:
            return
        self._pieces.append(data)
        self.pending += len(data)
        if not self._writing:
            self._writing = True
            gevent.spawn(self._write)

    def flush(self, timeout: float | None = None) -> bool:
        """Wait until all is written; tell whether it was, in time."""
        if self.pending and not self.closed:
            if self._empty is None:
                self._empty = Event()
            self._empty.clear()
            self._empty.wait(timeout)
        return not self.pending and not self.closed

    def close(self) -> None:
        """Drop what is not written yet."""
        self.closed = True
        self._pieces.clear()
        self._wake()

    def _write(self) -> None:
        try:
            while self._pieces:
                data = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
                self._pieces.clear()
                with gevent.Timeout(self._write_timeout):
                    self._sock.sendall(data)
                self.pending -= len(data)
        except (OSError, gevent.Timeout):
            self.close()
            self._broken()
        finally:
            self._writing = False
            if not self._pieces:
                self._wake()

    def _wake(self) -> None:
        if self._empty is not None:
            self._empty.set()
