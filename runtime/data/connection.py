"""A connection to a database server, as databases and transactions use it."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

import gevent
from gevent import socket

from runtime.binding.failure import Failure
from runtime.lua.errors import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runtime.data.database import Outcome, Parameter, Row, TransactionOptions

_SLICE = 0.002  # seconds of reading
_PAUSE = 1e-6  # a sleep of 0 lets no timer of the event loop have its turn
_CLOSING = 5.0  # seconds for saying goodbye to the server


class Lost(Exception):  # noqa: N818  (says what happened to the connection)
    """The connection ended while a statement ran; the text says how."""


class Connection(ABC):
    """One connection; one statement at a time. Statements raise Failure, and Lost."""

    # One of the values of `sql.type`.
    dialect: ClassVar[str]
    # Not to be used again: the connection is lost, or nobody knows what it has been doing.
    broken = False

    @abstractmethod
    def query(self, sql: str, parameters: Sequence[Parameter]) -> list[Row]:
        """Run a statement and give its rows."""

    @abstractmethod
    def execute(self, sql: str, parameters: Sequence[Parameter]) -> Outcome:
        """Run a statement and give what it changed."""

    @abstractmethod
    def check(self, sql: str) -> None:
        """Raise Invalid when the server cannot compile a statement."""

    @abstractmethod
    def begin(self, options: TransactionOptions) -> None:
        """Begin a transaction."""

    @abstractmethod
    def commit(self) -> None:
        """Commit; raise Conflict when the transaction had failed and was rolled back instead."""

    @abstractmethod
    def rollback(self) -> None:
        """Roll back what is open."""

    @property
    @abstractmethod
    def in_transaction(self) -> bool:
        """Whether a transaction is open, as the server said last; one that has failed is."""

    @abstractmethod
    def quote(self, name: str) -> str:
        """Write a name as an identifier."""

    @abstractmethod
    def cancel(self) -> None:
        """Ask the server, on a connection of its own, to end the running statement; waits for the network."""

    @abstractmethod
    def is_alive(self) -> bool:
        """Tell whether the server has not closed it; does not wait."""

    @abstractmethod
    def disconnect(self) -> None:
        """Say goodbye and close the socket."""

    def close(self) -> None:
        """Close it, whatever the server says to that."""
        self.broken = True
        gevent.with_timeout(_CLOSING, self.disconnect, timeout_value=None)

    def give_up(self) -> None:
        """Have the running statement ended, for nobody waits for it any more; does not wait."""
        if not self.broken:
            self.broken = True  # the request to end it may come when the statement has ended by itself
            gevent.spawn(self._cancel_quietly)

    def _cancel_quietly(self) -> None:
        try:
            gevent.with_timeout(_CLOSING, self.cancel, timeout_value=None)
        except (OSError, Failure):
            return  # a server that cannot be reached runs no statement for long


class Pace:
    """Lets others have their turns while many rows are read that are there already."""

    def __init__(self) -> None:
        self._until = 0.0

    def start(self) -> None:
        """Begin to read."""
        self._until = time.monotonic() + _SLICE

    def keep(self, rows: int) -> None:
        """Pause if it is time to, which is looked at once in a while."""
        if not rows & 63 and time.monotonic() > self._until:
            gevent.sleep(_PAUSE)
            self.start()


def open_socket(host: str, port: int, timeout: float | None) -> Any:
    """Connect to a server by TCP, or by a Unix socket if the host is a path; raise Failure Unavailable."""
    try:
        if host.startswith("/"):
            link = socket.socket(socket.AF_UNIX)
            link.settimeout(timeout)
            link.connect(host)
        else:
            link = socket.create_connection((host, port), timeout)
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            link.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    except OSError as error:
        reason = error.strerror or str(error) or type(error).__name__
        raise unreachable(f"cannot connect to the database server at {host}:{port}: {reason}") from None
    link.settimeout(None)
    return link


def hang_up(link: Any) -> None:
    """Close a gevent socket at once, whatever files were made of it: a driver that gives up may have lost those."""
    link._io_refs = 0  # noqa: SLF001  (otherwise it is closed when the last of them is, or, with a warning, collected)
    link.close()


def is_open(link: Any) -> bool:
    """Tell whether the other side of a gevent socket that nobody waits for has neither closed it nor spoken."""
    try:
        link._sock.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)  # noqa: SLF001  (the cooperative one would wait)
    except (BlockingIOError, InterruptedError):
        return True
    except (OSError, AttributeError):
        return False
    return False


def unreachable(message: str) -> Failure:
    """Say that the server cannot be reached; nothing has been done."""
    return Failure(Kind.UNAVAILABLE, message, retryable=True)
