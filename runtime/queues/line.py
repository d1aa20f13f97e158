"""Waiting in line, the longest first."""

from __future__ import annotations

from runtime.process.completion import Completion, Outcome


class Line:
    """Those who wait for something, the longest first; who is called looks again whether it is there."""

    def __init__(self) -> None:
        self._waiting: dict[Completion, None] = {}

    def wait(self) -> None:
        """Wait to be called."""
        turn = Completion()
        self._waiting[turn] = None
        try:
            turn.wait()
        except BaseException:
            if turn.outcome is not None:
                self.call_next()  # called, and ended before it could follow: the next one must not miss it
            raise
        finally:
            self._waiting.pop(turn, None)

    def call_next(self) -> None:
        """Call who waits longest."""
        if self._waiting:
            turn = next(iter(self._waiting))
            del self._waiting[turn]
            turn.set(Outcome())

    def call_all(self) -> None:
        """Call everybody."""
        while self._waiting:
            self.call_next()
