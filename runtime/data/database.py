"""What a database offers, whichever engine it is: statements, transactions, numbers about its connections.

Everything here may switch to other processes while it waits, and raises Failure: AlreadyExists for a unique constraint;
Conflict for any other constraint, and (retryable) for a serialisation failure or a lock; Invalid for bad SQL;
Unavailable for a lost connection or a full disk; Internal otherwise. The engine's own code is in the details.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from runtime.binding.failure import Failure
from runtime.lua.errors import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runtime.lua.types import LuaValue

# What a placeholder may be bound to: NULL, a truth value, a number, text or bytes.
Parameter: TypeAlias = "bool | int | float | str | bytes | None"
# One row: Lua strings to Lua values; a NULL column is absent, of two columns with one name the last stays.
Row: TypeAlias = "dict[str, LuaValue]"

_SAVEPOINT = re.compile(r"[A-Za-z0-9_]+\Z")


@dataclass(frozen=True)
class Outcome:
    """What a statement changed; `last_insert_id` is 0 where the engine has none."""

    last_insert_id: int
    rows_affected: int


@dataclass(frozen=True)
class TransactionOptions:
    """How a transaction begins; `isolation` is one of the values of `sql.isolation`."""

    isolation: str = "default"
    read_only: bool = False


@dataclass(frozen=True)
class Stats:
    """Connections of a database; `wait_duration` in seconds, `max_open_connections` 0 without a limit."""

    max_open_connections: int
    open_connections: int
    in_use: int
    wait_count: int = 0
    wait_duration: float = 0.0
    max_idle_closed: int = 0
    max_idle_time_closed: int = 0
    max_lifetime_closed: int = 0

    @property
    def idle(self) -> int:
        """Open connections that nobody uses."""
        return self.open_connections - self.in_use


class Session(ABC):
    """Something that runs statements: a database, each on its own; or a transaction."""

    # One of the values of `sql.type`.
    dialect: str

    @abstractmethod
    def query(self, sql: str, parameters: Sequence[Parameter]) -> list[Row]:
        """Run a statement and give its rows."""

    @abstractmethod
    def execute(self, sql: str, parameters: Sequence[Parameter]) -> Outcome:
        """Run a statement and give what it changed."""

    @abstractmethod
    def check(self, sql: str) -> None:
        """Raise Invalid when the engine cannot compile a statement."""


class Transaction(Session):
    """A transaction, on a connection of its own until it ends."""

    active = True

    @abstractmethod
    def commit(self) -> None:
        """Make the changes permanent; the transaction has ended whether or not this succeeds."""

    @abstractmethod
    def rollback(self) -> None:
        """Undo the changes; the transaction has ended whether or not this succeeds."""

    @abstractmethod
    def abandon(self) -> None:
        """Roll back, if still active, without waiting for it; for owners that are gone."""

    @abstractmethod
    def quote(self, name: str) -> str:
        """Write a name as an identifier of the engine."""

    def savepoint(self, name: str) -> None:
        """Mark a point to return to; a name is made of letters, digits and underscores."""
        self.execute(f"SAVEPOINT {self._savepoint(name)}", ())

    def rollback_to(self, name: str) -> None:
        """Undo what was changed since a savepoint, which stays."""
        self.execute(f"ROLLBACK TO SAVEPOINT {self._savepoint(name)}", ())

    def release(self, name: str) -> None:
        """Forget a savepoint, keeping the changes."""
        self.execute(f"RELEASE SAVEPOINT {self._savepoint(name)}", ())

    def _savepoint(self, name: str) -> str:
        if not _SAVEPOINT.match(name):
            raise Failure(
                Kind.INVALID, f"invalid savepoint name '{name}': use letters, digits and underscores, at least one"
            )
        return self.quote(name)

    def demand_active(self) -> None:
        """Refuse what is asked of a transaction that has ended."""
        if not self.active:
            raise Failure(Kind.INVALID, "transaction is not active: it was committed or rolled back")


class Database(Session):
    """An open database."""

    @abstractmethod
    def begin(self, options: TransactionOptions) -> Transaction:
        """Begin a transaction; waits until a connection is free for it."""

    @abstractmethod
    def stats(self) -> Stats:
        """Count the connections."""

    @abstractmethod
    def close(self) -> None:
        """Close for good, once running statements and transactions have ended; does not wait."""
