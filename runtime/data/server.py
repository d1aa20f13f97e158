"""Databases behind a server: each statement on its own on any connection of the pool, a transaction on one."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import gevent

from runtime.binding.failure import Failure
from runtime.data.connection import Lost
from runtime.data.database import Database, Transaction
from runtime.data.owner import cancelled_with_owner, leave_if_ended
from runtime.data.pool import Limits, Pool
from runtime.lua.errors import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from runtime.data.connection import Connection
    from runtime.data.database import Outcome, Parameter, Row, Stats, TransactionOptions

T = TypeVar("T")


class ServerDatabase(Database):
    """A database; `connect` opens a connection to it or raises Failure."""

    def __init__(self, dialect: str, connect: Callable[[], Connection], limits: Limits) -> None:
        self.dialect = dialect
        self._pool = Pool(connect, limits)

    def query(self, sql: str, parameters: Sequence[Parameter]) -> list[Row]:
        """Run a statement and give its rows."""
        return self._alone(lambda connection: connection.query(sql, parameters))

    def execute(self, sql: str, parameters: Sequence[Parameter]) -> Outcome:
        """Run a statement, or several without parameters, and give what the last one changed."""
        return self._alone(lambda connection: connection.execute(sql, parameters))

    def check(self, sql: str) -> None:
        """Raise Invalid when the server cannot compile a statement."""
        self._alone(lambda connection: connection.check(sql))

    def begin(self, options: TransactionOptions) -> ServerTransaction:
        """Begin a transaction."""
        connection = self._pool.take()
        transaction = ServerTransaction(connection, self._pool)
        try:
            run(connection, lambda: connection.begin(options))
            leave_if_ended()
        except BaseException:
            transaction.abandon()
            raise
        return transaction

    def stats(self) -> Stats:
        """Count the connections."""
        return self._pool.stats()

    def close(self) -> None:
        """Close for good, once running statements and transactions have ended; does not wait."""
        self._pool.close()

    def _alone(self, work: Callable[[Connection], T]) -> T:
        connection = self._pool.take()
        try:
            leave_if_ended()
            result = run(connection, lambda: work(connection))
            if connection.in_transaction:
                raise Failure(Kind.INVALID, "a statement cannot begin a transaction: call db:begin()")
            return result
        finally:
            if connection.in_transaction and not connection.broken:
                gevent.spawn(_clear, connection, self._pool)
            else:
                self._pool.give_back(connection)


class ServerTransaction(Transaction):
    """A transaction, with a connection of its own until it ends."""

    def __init__(self, connection: Connection, pool: Pool[Connection]) -> None:
        self.dialect = connection.dialect
        self._connection = connection
        self._pool = pool
        self._busy = False

    def query(self, sql: str, parameters: Sequence[Parameter]) -> list[Row]:
        """Run a statement and give its rows."""
        return self._inside(lambda connection: connection.query(sql, parameters))

    def execute(self, sql: str, parameters: Sequence[Parameter]) -> Outcome:
        """Run a statement, or several without parameters, and give what the last one changed."""
        return self._inside(lambda connection: connection.execute(sql, parameters))

    def check(self, sql: str) -> None:
        """Raise Invalid when the server cannot compile a statement."""
        self._inside(lambda connection: connection.check(sql))

    def commit(self) -> None:
        """Make the changes permanent."""
        self._end(self._connection.commit)

    def rollback(self) -> None:
        """Undo the changes."""
        self._end(self._connection.rollback)

    def abandon(self) -> None:
        """Roll back, if still active, without waiting for it."""
        if not self.active:
            return
        self.active = False
        if self._busy:
            self._connection.give_up()  # whoever runs the statement gives the connection back
        else:
            gevent.spawn(_clear, self._connection, self._pool)

    def quote(self, name: str) -> str:
        """Write a name as an identifier."""
        return self._connection.quote(name)

    def _inside(self, work: Callable[[Connection], T]) -> T:
        self.demand_active()
        if self._busy:
            raise Failure(Kind.INVALID, "the transaction is running another statement: wait for that one first")
        if not self._connection.in_transaction:
            raise Failure(
                Kind.CONFLICT, "the transaction was ended by an error or by a statement: begin it again", retryable=True
            )
        self._busy = True
        try:
            return run(self._connection, lambda: work(self._connection), retryable=True)
        finally:
            self._busy = False
            if not self.active:
                self._pool.give_back(self._connection)

    def _end(self, work: Callable[[], None]) -> None:
        self.demand_active()
        if self._busy:
            raise Failure(Kind.INVALID, "the transaction is running a statement: wait for that one first")
        self.active = False
        try:
            run(self._connection, work)
        finally:
            if self._connection.in_transaction:
                self._connection.broken = True
            self._pool.give_back(self._connection)


def run(connection: Connection, work: Callable[[], T], *, retryable: bool | None = None) -> T:
    """Run a statement; a connection that is lost meanwhile is a failure that is `retryable`, or None: who knows.

    Ends the statement on the server too when nobody waits for it any more.
    """
    try:
        with cancelled_with_owner(connection.give_up):
            return work()
    except Lost as lost:
        connection.broken = True
        said = "" if retryable else "; nobody knows whether the statement has taken effect"
        raise Failure(
            Kind.UNAVAILABLE, f"the connection to the database was lost: {lost}{said}", retryable=retryable
        ) from None


def _clear(connection: Connection, pool: Pool[Connection]) -> None:
    """Roll back what is open, behind the caller's back."""
    try:
        connection.rollback()
    except (Failure, Lost):
        connection.broken = True
    pool.give_back(connection)
