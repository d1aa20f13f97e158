"""The way of a streaming body from the handler to the server: a handler that is faster than its client waits."""

from __future__ import annotations

from collections import deque

from gevent.event import Event

_PIECES = 8


class PipeClosed(Exception):  # noqa: N818  (a state, which the writer turns into its own failure)
    """Nobody reads any more."""


class Pipe:
    """Holds a few pieces. `put` and `get` wait; `end` and `close` never do, and may be called from the event loop."""

    def __init__(self) -> None:
        self._pieces: deque[bytes] = deque()
        self._ended = False
        self._closed = False
        self._room = Event()
        self._filled = Event()

    def put(self, piece: bytes) -> None:
        """Add a piece; wait for room first, and raise PipeClosed when the reader has left."""
        while len(self._pieces) >= _PIECES and not self._closed:
            self._room.clear()
            self._room.wait()
        if self._closed:
            raise PipeClosed
        self._pieces.append(piece)
        self._filled.set()

    def get(self) -> bytes | None:
        """Take the next piece; None at the end."""
        while not self._pieces:
            if self._ended:
                return None
            self._filled.clear()
            self._filled.wait()
        piece = self._pieces.popleft()
        self._room.set()
        return piece

    def end(self) -> None:
        """Say that no more pieces come."""
        self._ended = True
        self._filled.set()

    def close(self) -> None:
        """Say that nobody reads any more."""
        self._closed = True
        self._pieces.clear()
        self._room.set()
