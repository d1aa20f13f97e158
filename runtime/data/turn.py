"""Taking turns: a lock handed on strictly in the order in which it was asked for."""

from __future__ import annotations

from collections import deque

from gevent.event import Event


class Turn:
    """A mutex for greenlets that nobody can overtake, unlike gevent's: it is handed to the first in the queue."""

    def __init__(self) -> None:
        self._queue: deque[Event] = deque()
        self.taken = False

    def take(self) -> bool:
        """Wait for the turn; tell whether there was a wait."""
        if not self.taken:
            self.taken = True
            return False
        handed = Event()
        self._queue.append(handed)
        try:
            handed.wait()
        except BaseException:
            if handed.is_set():
                self.give_back()
            else:
                self._queue.remove(handed)
            raise
        return True

    def give_back(self) -> None:
        """Let the next in the queue go on; may be called from any greenlet, the hub's too."""
        if self._queue:
            self._queue.popleft().set()
        else:
            self.taken = False
