"""The connections of a database server: opened when needed, kept while idle, closed when old.

Ours, for the pools that are kept (SQLAlchemy's, psycopg's, DBUtils) wait on locks of threads, which stay native here
and would stop the whole node when all connections are taken; see docs/design/0012-databases-and-queues.md.
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

import gevent

from runtime.binding.failure import Failure
from runtime.data.database import Stats
from runtime.lua.errors import Kind
from runtime.process.completion import Completion
from runtime.process.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable


class Pooled(Protocol):
    """A connection as the pool sees it."""

    # Not to be used again, whatever the reason.
    broken: bool

    def is_alive(self) -> bool:
        """Tell whether the other side has not closed it; does not wait."""

    def close(self) -> None:
        """Close it; may wait for the network."""


C = TypeVar("C", bound=Pooled)


@dataclass(frozen=True)
class Limits:
    """How many connections may be open, and may be kept idle; `max_lifetime` in seconds; 0 is no limit for both."""

    max_open: int = 0
    max_idle: int = 2
    max_lifetime: float = 3600.0


class Pool(Generic[C]):
    """Lends connections; who has to wait gets the next one that is free, in the order of asking."""

    def __init__(self, connect: Callable[[], C], limits: Limits) -> None:
        self._connect = connect
        self._limits = limits
        self._idle: deque[C] = deque()
        self._born: dict[C, float] = {}
        # Those who wait get a connection, or None for the right to open one, or this pool when it is closed.
        self._waiting: deque[Completion] = deque()
        # Connections, and rights to open one that somebody has.
        self._open = 0
        self._closed = False
        self._waits = 0
        self._waited = 0.0
        self._idle_closed = 0
        self._lifetime_closed = 0

    def take(self) -> C:
        """Give a connection that works as far as can be told without asking the server; waits while all are lent."""
        while self._idle:
            connection = self._idle.pop()
            if connection.is_alive() and not self._is_old(connection):
                return connection
            self._discard(connection)
        if self._closed:
            raise closed()
        if 0 < self._limits.max_open <= self._open:
            handed = self._wait()
            if handed is not None:
                return handed
        else:
            self._open += 1
        try:
            connection = self._connect()
        except BaseException:
            self._leave_place()
            raise
        self._born[connection] = time.monotonic()
        return connection

    def give_back(self, connection: C) -> None:
        """Take a connection back, to lend it again or to close it; does not wait."""
        if connection.broken or self._closed or self._is_old(connection):
            self._discard(connection)
        elif self._waiting:
            self._waiting.popleft().set(Outcome(connection))
        elif len(self._idle) < self._limits.max_idle:
            self._idle.append(connection)
        else:
            self._idle_closed += 1
            self._discard(connection)

    def stats(self) -> Stats:
        """Count."""
        return Stats(
            max_open_connections=self._limits.max_open,
            open_connections=self._open,
            in_use=self._open - len(self._idle),
            wait_count=self._waits,
            wait_duration=self._waited,
            max_idle_closed=self._idle_closed,
            max_lifetime_closed=self._lifetime_closed,
        )

    def close(self) -> None:
        """Refuse to lend any more; connections that are lent are closed when they come back. Does not wait."""
        self._closed = True
        while self._idle:
            self._discard(self._idle.pop())
        while self._waiting:
            self._waiting.popleft().set(Outcome(self))

    def _wait(self) -> C | None:
        """Wait for a connection; None is the right to open one."""
        started = time.monotonic()
        self._waits += 1
        turn = Completion()
        self._waiting.append(turn)
        try:
            handed = turn.wait().value
        except BaseException:
            self._refuse(turn)
            raise
        finally:
            self._waited += time.monotonic() - started
        if handed is self:
            raise closed()
        return handed  # type: ignore[no-any-return]

    def _refuse(self, turn: Completion) -> None:
        """Pass on what was handed to somebody who was ended before it could be taken."""
        if turn.outcome is None:
            self._waiting.remove(turn)
        elif turn.outcome.value is None:
            self._leave_place()
        elif turn.outcome.value is not self:
            self.give_back(turn.outcome.value)

    def _is_old(self, connection: C) -> bool:
        lifetime = self._limits.max_lifetime
        old = lifetime > 0 and time.monotonic() - self._born[connection] > lifetime
        if old:
            self._lifetime_closed += 1
        return old

    def _discard(self, connection: C) -> None:
        del self._born[connection]
        self._leave_place()
        gevent.spawn(connection.close)

    def _leave_place(self) -> None:
        if self._waiting:
            self._waiting.popleft().set(Outcome())
        else:
            self._open -= 1


def closed() -> Failure:
    """Say that a database is not there any more."""
    return Failure(Kind.UNAVAILABLE, "the database is closed: its entry was removed or replaced")
