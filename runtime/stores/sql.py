"""A store in a table of a database, which outlives the node. Values are JSON; times are milliseconds since 1970."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from runtime.binding.failure import Failure
from runtime.binding.text import decode, to_bytes
from runtime.data.database import Database
from runtime.lua.errors import Kind
from runtime.stores.store import ALWAYS, SQL, Condition, Query, Record, Store
from runtime.stores.sweeper import Sweeper

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.data.database import Parameter, Row

_UNVERSIONED = "0"


@dataclass(frozen=True)
class Place:
    """A table and its columns, by names that were checked to be plain identifiers."""

    table: str
    key: str
    value: str
    expires: str


class SqlStore(Store):
    """A table as a store; `find` gives the database, anew for each statement, for its entry may change."""

    backend: ClassVar[str] = SQL
    durable: ClassVar[bool] = True
    versioned: ClassVar[bool] = False
    conditional: ClassVar[bool] = False

    def __init__(self, find: Callable[[], object], place: Place, interval: float) -> None:
        self._find = find
        self._place = place
        self._sweeper = Sweeper(self.sweep, interval)

    def read(self, key: str) -> Record | None:
        """Give an entry."""
        rows = self._query("SELECT {value} AS v FROM {table} WHERE {key} = ? AND {live}", key, _now())
        return self._record(key, rows[0]) if rows else None

    def write(self, key: str, value: Any, ttl: float = 0.0, condition: Condition = ALWAYS) -> Record:
        """Write a value: over the row that is there, or as a new one."""
        if condition.is_given:
            raise Failure(Kind.INVALID, "a store.sql cannot write on conditions: use a store.memory or a transaction")
        written = json.dumps(value).encode()
        expires = _now() + round(ttl * 1000) if ttl > 0 else None
        update = "UPDATE {table} SET {value} = ?, {expires} = ? WHERE {key} = ?"
        if not self._execute(update, written, expires, key):
            try:
                self._execute("INSERT INTO {table} ({key}, {value}, {expires}) VALUES (?, ?, ?)", key, written, expires)
            except Failure as failure:
                if failure.kind != Kind.ALREADY_EXISTS:
                    raise
                self._execute(update, written, expires, key)  # somebody was faster
        return Record(key, value, _UNVERSIONED)

    def delete(self, key: str) -> bool:
        """Remove an entry."""
        return self._execute("DELETE FROM {table} WHERE {key} = ? AND {live}", key, _now()) > 0

    def page(self, query: Query) -> tuple[list[Record], bool]:
        """Give entries by key."""
        # LIKE would take upper and lower case for the same in SQLite.
        rows = self._query(
            "SELECT {key} AS k, {value} AS v FROM {table} WHERE {live} AND SUBSTR({key}, 1, ?) = ? AND {key} > ?"
            " ORDER BY {key} LIMIT ?",
            _now(),
            len(query.prefix),
            query.prefix,
            query.after,
            query.limit + 1,
        )
        records = [self._record(decode(row["k"]), row) for row in rows[: query.limit]]
        return records, len(rows) > query.limit

    def sweep(self) -> None:
        """Remove what has expired."""
        self._execute("DELETE FROM {table} WHERE {expires} <= ?", _now())

    def close(self) -> None:
        """Sweep no more."""
        self._sweeper.stop()

    @staticmethod
    def _record(key: str, row: Row) -> Record:
        try:
            return Record(key, json.loads(to_bytes(row["v"])), _UNVERSIONED)
        except (KeyError, TypeError, ValueError, RecursionError, AttributeError):
            raise Failure(Kind.INTERNAL, f"the value of '{key}' in the table is not JSON") from None

    def _query(self, sql: str, *parameters: Parameter) -> list[Row]:
        database = self._database()
        return database.query(self._written(sql, database.dialect), parameters)

    def _execute(self, sql: str, *parameters: Parameter) -> int:
        database = self._database()
        return database.execute(self._written(sql, database.dialect), parameters).rows_affected

    def _database(self) -> Database:
        found = self._find()
        if not isinstance(found, Database):
            raise Failure(Kind.INVALID, "the database of the store is no database")
        return found

    def _written(self, sql: str, dialect: str) -> str:
        """Put the names in, and the placeholders of the dialect."""
        quote = "`" if dialect == "mysql" else ""  # `key` is a reserved word there
        names = {name: f"{quote}{value}{quote}" for name, value in vars(self._place).items()}
        text = sql.format_map({**names, "live": _LIVE.format_map(names)})
        if dialect != "postgres":
            return text
        pieces = text.split("?")
        return "".join(f"{piece}${number}" for number, piece in enumerate(pieces[:-1], 1)) + pieces[-1]


_LIVE = "({expires} IS NULL OR {expires} > ?)"


def _now() -> int:
    return time.time_ns() // 1_000_000
