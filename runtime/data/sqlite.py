"""SQLite: one connection for each database, its statements run on the hub's thread pool while other processes go on.

The connection is in the hands of one statement or one transaction at a time; whoever wants it waits, first come, first
served.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import gevent
from gevent import getcurrent

from runtime.binding.failure import Failure
from runtime.data import sqlite_statements as statements
from runtime.data.database import Database, Outcome, Stats, Transaction
from runtime.data.owner import leave_if_ended
from runtime.data.sqlite_errors import ERRORS, failure_of
from runtime.data.turn import Turn
from runtime.lua.errors import Kind

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Sequence

    from gevent.event import AsyncResult

    from runtime.data.database import Parameter, Row, TransactionOptions

T = TypeVar("T")
# What a piece of work gave, or the error that it raised.
Caught: TypeAlias = "tuple[Any, Exception | None]"
MEMORY = ":memory:"


class SqliteDatabase(Database):
    """A SQLite file, or a database in memory.

    `max_lifetime` in seconds, after which a file is opened anew; 0 for never.
    """

    dialect = "sqlite"

    def __init__(self, path: str, max_lifetime: float = 0.0) -> None:
        self._link = _Link(path, 0.0 if path == MEMORY else max_lifetime)

    def query(self, sql: str, parameters: Sequence[Parameter]) -> list[Row]:
        """Run a statement and give its rows."""
        return statements.lua_rows(*self._alone(lambda raw: statements.query(raw, sql, parameters)))

    def execute(self, sql: str, parameters: Sequence[Parameter]) -> Outcome:
        """Run a statement, or several without parameters, and give what the last one changed."""
        return self._alone(lambda raw: statements.execute(raw, sql, parameters))

    def check(self, sql: str) -> None:
        """Raise Invalid when SQLite cannot compile a statement."""
        self._alone(lambda raw: statements.check(raw, sql))

    def begin(self, options: TransactionOptions) -> SqliteTransaction:
        """Begin a transaction.

        Unless read-only it locks the file for writing at once, so that no other process can make it fail half-way. All
        isolation levels are the same here: serializable.
        """
        self._link.take()
        transaction = SqliteTransaction(self._link)
        try:
            self._link.run(lambda raw: _begin(raw, options.read_only))
            leave_if_ended()
        except BaseException:
            transaction.abandon()
            raise
        return transaction

    def stats(self) -> Stats:
        """Count the connection."""
        return self._link.stats()

    def close(self) -> None:
        """Close for good, once the running statement or transaction has ended; does not wait."""
        self._link.close()

    def _alone(self, work: Callable[[sqlite3.Connection], T]) -> T:
        self._link.take()
        try:
            return self._link.run(lambda raw: _outside_transactions(raw, work))
        finally:
            self._link.give_back()


class SqliteTransaction(Transaction):
    """A transaction, which has the connection of its database to itself until it ends."""

    dialect = "sqlite"

    def __init__(self, link: _Link) -> None:
        self._link = link
        link.holder = getcurrent()

    def query(self, sql: str, parameters: Sequence[Parameter]) -> list[Row]:
        """Run a statement and give its rows."""
        return statements.lua_rows(*self._inside(lambda raw: statements.query(raw, sql, parameters)))

    def execute(self, sql: str, parameters: Sequence[Parameter]) -> Outcome:
        """Run a statement, or several without parameters, and give what the last one changed."""
        return self._inside(lambda raw: statements.execute(raw, sql, parameters))

    def check(self, sql: str) -> None:
        """Raise Invalid when SQLite cannot compile a statement."""
        self._inside(lambda raw: statements.check(raw, sql))

    def commit(self) -> None:
        """Make the changes permanent."""
        self._end(_commit)

    def rollback(self) -> None:
        """Undo the changes."""
        self._end(_rollback)

    def abandon(self) -> None:
        """Roll back, if still active, without waiting for it."""
        if self.active:
            self._mark_ended()
            self._link.interrupt()
            gevent.spawn(self._finish, _rollback)

    def quote(self, name: str) -> str:
        """Write a name as an identifier."""
        return '"' + name.replace('"', '""') + '"'

    def _inside(self, work: Callable[[sqlite3.Connection], T]) -> T:
        self.demand_active()
        return self._link.run(lambda raw: _in_transaction(raw, work))

    def _end(self, work: Callable[[sqlite3.Connection], None]) -> None:
        self.demand_active()
        self._mark_ended()
        self._finish(work)

    def _mark_ended(self) -> None:
        self.active = False
        self._link.holder = None

    def _finish(self, work: Callable[[sqlite3.Connection], None]) -> None:
        try:
            self._link.run(work)
        finally:
            self._link.give_back()


class _Link:
    """The connection and the queue for it. Between `take` and `give_back` the caller has it to itself."""

    def __init__(self, path: str, max_lifetime: float) -> None:
        self._path = path
        self._max_lifetime = max_lifetime
        self._turn = Turn()
        self._job: AsyncResult[Caught] | None = None
        self._closed = False
        self._waits = 0
        self._waited = 0.0
        self._expired = 0
        # The greenlet that began the open transaction: were it to ask for the connection, it would wait for itself.
        self.holder: object = None
        self._open()

    def take(self) -> None:
        """Wait for the connection."""
        if self.holder is getcurrent():
            raise Failure(
                Kind.INVALID,
                "this call has an open transaction on this SQLite database, which has one connection: "
                "run the statement through the transaction, or end it first",
            )
        self._demand_open()
        started = time.monotonic()
        waited = self._turn.take()
        try:
            if waited:
                self._waits += 1
                self._waited += time.monotonic() - started
                leave_if_ended()
            self._demand_open()
            if self._max_lifetime and time.monotonic() - self._opened > self._max_lifetime:
                self._renew()
        except BaseException:
            self.give_back()
            raise

    def give_back(self) -> None:
        """Hand the connection on, as soon as the last piece of work is done."""
        if self._job is None or self._job.ready():
            self._turn.give_back()
        else:
            self._job.rawlink(lambda _job: self._turn.give_back())

    def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do work on the thread pool, behind what its killed owner may have left running."""
        if self._job is not None and not self._job.ready():
            self._job.wait()
        self._job = job = gevent.get_hub().threadpool.spawn(_caught, work, self._raw)
        try:
            caught: Any = job.get()
        except BaseException:
            self.interrupt()
            raise
        result, error = caught
        if error is not None:
            raise error
        return result  # type: ignore[no-any-return]

    def interrupt(self) -> None:
        """Make the work that runs now fail, for nobody waits for it any more."""
        if self._job is not None and not self._job.ready():
            self._raw.interrupt()

    def stats(self) -> Stats:
        """Count the connection."""
        return Stats(
            max_open_connections=1,
            open_connections=0 if self._closed else 1,
            in_use=1 if self._turn.taken and not self._closed else 0,
            wait_count=self._waits,
            wait_duration=self._waited,
            max_lifetime_closed=self._expired,
        )

    def close(self) -> None:
        """Refuse further users at once and close when the present one is done."""
        if not self._closed:
            self._closed = True
            gevent.spawn(self._close)

    def _close(self) -> None:
        self._turn.take()
        self.run(lambda raw: raw.close())

    def _renew(self) -> None:
        old = self._raw
        self._open()
        self._expired += 1
        self.run(lambda _new: old.close())

    def _open(self) -> None:
        caught: Any = gevent.get_hub().threadpool.spawn(_caught, statements.connect, self._path).get()
        opened, error = caught
        if error is not None:
            raise error
        self._raw: sqlite3.Connection = opened
        self._opened = time.monotonic()

    def _demand_open(self) -> None:
        if self._closed:
            raise Failure(Kind.UNAVAILABLE, "the database is closed: its entry was removed or replaced")


def _caught(work: Callable[..., object], *arguments: object) -> Caught:
    """Give an error as a value, for gevent reports what a thread raises on standard error."""
    try:
        return work(*arguments), None
    except Failure as failure:
        return None, failure
    except ERRORS as error:
        return None, failure_of(error)
    except Exception as broken:  # noqa: BLE001  (raised again by the waiting greenlet)
        return None, broken


def _outside_transactions(raw: sqlite3.Connection, work: Callable[[sqlite3.Connection], T]) -> T:
    """Undo a BEGIN in the statement, which would catch the statements of all others in its transaction."""
    try:
        result = work(raw)
    finally:
        began = raw.in_transaction
        if began:
            raw.execute("ROLLBACK")
    if began:
        raise Failure(Kind.INVALID, "a statement cannot begin a transaction: call db:begin()")
    return result


def _in_transaction(raw: sqlite3.Connection, work: Callable[[sqlite3.Connection], T]) -> T:
    if not raw.in_transaction:
        raise Failure(
            Kind.CONFLICT, "the transaction was ended by an error or by a statement: begin it again", retryable=True
        )
    return work(raw)


def _begin(raw: sqlite3.Connection, read_only: bool) -> None:
    if read_only:
        raw.execute("PRAGMA query_only = 1")
    raw.execute("BEGIN" if read_only else "BEGIN IMMEDIATE")


def _commit(raw: sqlite3.Connection) -> None:
    try:
        _in_transaction(raw, lambda inside: inside.execute("COMMIT"))
    finally:
        _rollback(raw)


def _rollback(raw: sqlite3.Connection) -> None:
    """Undo what is open and make the connection fit for its next user."""
    if raw.in_transaction:
        raw.execute("ROLLBACK")
    raw.execute("PRAGMA query_only = 0")
