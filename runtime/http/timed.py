"""Reading from a client that may be slow, on purpose or not."""

from __future__ import annotations

import time
from typing import Any

from gunicorn.http.unreader import SocketUnreader


class TooSlowError(OSError):
    """The client did not send what was due in time."""


class TimedReader(SocketUnreader):  # type: ignore[misc]
    """What gunicorn's parser reads from.

    `deadline` (as `time.monotonic` counts) is when everything must be there, `pause` the most seconds between two
    pieces; None means that there is no such limit. Raises TooSlowError.
    """

    def __init__(self, sock: Any) -> None:
        super().__init__(sock)
        self.deadline: float | None = None
        self.pause: float | None = None

    @property
    def is_empty(self) -> bool:
        """Tell whether everything that was received has been read."""
        return not self.buf.getbuffer().nbytes

    def chunk(self, size_hint: int | None = None) -> bytes:
        """Receive a piece; an empty one at the end."""
        limit = self.pause
        if self.deadline is not None:
            left = max(0.001, self.deadline - time.monotonic())
            limit = left if limit is None else min(limit, left)
        self.sock.settimeout(limit)
        try:
            piece: bytes = super().chunk(size_hint)
        except TimeoutError:
            raise TooSlowError("the client was too slow") from None
        finally:
            self.sock.settimeout(None)
        return piece
