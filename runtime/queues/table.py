"""The table of a queue.driver.sql: one row for a message, in SQLite, PostgreSQL or MySQL.

`due` is the order in which messages are handed out, `visible_at` the time from which they may be: for one that is
handed out the end of its lease. Times are milliseconds since 1970.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from runtime.binding.failure import Failure
from runtime.data.database import Database, TransactionOptions
from runtime.data.fragments import numbered
from runtime.lua.errors import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from runtime.data.database import Parameter, Row

_COLUMNS = "seq, id, queue, body, headers, attempts, due"
# Which rows can be handed out, and how they are marked; `{t}` is the table.
_WANTED = "WHERE queue = ? AND visible_at <= ? ORDER BY due, seq LIMIT ?"
_MARK = "UPDATE {t} SET lease = ?, visible_at = ?, attempts = attempts + 1 WHERE"
_SERIAL = {
    "sqlite": "INTEGER PRIMARY KEY AUTOINCREMENT",
    "postgres": "BIGSERIAL PRIMARY KEY",
    "mysql": "BIGINT AUTO_INCREMENT PRIMARY KEY",
}
_BYTES = {"sqlite": "BLOB", "postgres": "BYTEA", "mysql": "LONGBLOB"}
_TEXT = {"sqlite": "TEXT", "postgres": "TEXT", "mysql": "LONGTEXT"}


@dataclass(frozen=True)
class Stored:
    """A message as a row."""

    id: str
    body: bytes
    headers: str


@dataclass(frozen=True)
class Leased:
    """A row that is handed out."""

    seq: int
    stored: Stored
    attempts: int


class MessageTable:
    """A table, made when it is first used; `find` gives the database, anew each time, for its entry may change."""

    def __init__(self, find: Callable[[], object], name: str) -> None:
        self._find = find
        self._name = name
        self._made: Database | None = None

    def add(self, queue: str, messages: Sequence[Stored]) -> None:
        """Add messages."""
        now = _now()
        values: list[Parameter] = []
        for message in messages:
            values += (queue, message.id, message.body, message.headers, now, now)
        rows = ", ".join(["(?, ?, ?, ?, 0, ?, ?)"] * len(messages))
        self._execute(f"INSERT INTO {{t}} (queue, id, body, headers, attempts, due, visible_at) VALUES {rows}", values)

    def lease(self, queue: str, holder: str, most: int, seconds: float) -> list[Leased]:
        """Hand out messages, for so many seconds, in their order."""
        now = _now()
        until = now + round(seconds * 1000)
        database = self._database()
        if database.dialect == "mysql":
            rows = self._lease_in_two_steps(database, queue, holder, most, until)
        else:
            skip = " FOR UPDATE SKIP LOCKED" if database.dialect == "postgres" else ""
            text = f"{_MARK} seq IN (SELECT seq FROM {{t}} {_WANTED}{skip}) RETURNING {_COLUMNS}"
            rows = database.query(self._written(text, database), [holder, until, queue, now, most])
        return [_leased(row) for row in sorted(rows, key=lambda row: (row["due"], row["seq"]))]

    def _lease_in_two_steps(self, database: Database, queue: str, holder: str, most: int, until: int) -> list[Row]:
        """Lease in MySQL, whose UPDATE gives nothing back: lock rows that nobody else has locked, then mark them."""
        transaction = database.begin(TransactionOptions("read_committed"))
        try:
            find = f"SELECT {_COLUMNS} FROM {{t}} {_WANTED} FOR UPDATE SKIP LOCKED"
            rows = transaction.query(self._written(find, database), (queue, _now(), most))
            if rows:
                mark = f"{_MARK} seq IN ({_marks(rows)})"
                transaction.execute(self._written(mark, database), (holder, until, *(row["seq"] for row in rows)))
            transaction.commit()
        finally:
            transaction.abandon()
        return [{**row, "attempts": row["attempts"] + 1} for row in rows]

    def remove(self, holder: str, seqs: Sequence[int]) -> int:
        """Forget messages that somebody still holds; give how many."""
        return self._execute(f"DELETE FROM {{t}} WHERE lease = ? AND seq IN ({_marks(seqs)})", (holder, *seqs))

    def give_back(self, holder: str, seqs: Sequence[int], delay: float, attempts: int = 0) -> None:
        """Let messages be handed out again when so many seconds have passed, with attempts added."""
        due = _now() + round(delay * 1000)
        text = "UPDATE {t} SET lease = NULL, due = ?, visible_at = ?, attempts = attempts + ? WHERE lease = ?"
        self._execute(f"{text} AND seq IN ({_marks(seqs)})", (due, due, attempts, holder, *seqs))

    def extend(self, holder: str, seqs: Sequence[int], seconds: float) -> None:
        """Let somebody keep messages for so many seconds from now on."""
        text = f"UPDATE {{t}} SET visible_at = ? WHERE lease = ? AND seq IN ({_marks(seqs)})"
        self._execute(text, (_now() + round(seconds * 1000), holder, *seqs))

    def count(self, queue: str) -> tuple[int, int]:
        """Count the messages of a queue, and those that could be handed out."""
        database = self._database()
        text = "SELECT COUNT(*) AS n FROM {t} WHERE queue = ?"
        every = database.query(self._written(text, database), (queue,))[0]["n"]
        ready = database.query(self._written(f"{text} AND visible_at <= ?", database), (queue, _now()))[0]["n"]
        return every, ready

    # --- the table ----------------------------------------------------------------------------------------------------

    def _execute(self, text: str, values: Sequence[Parameter]) -> int:
        database = self._database()
        return database.execute(self._written(text, database), values).rows_affected

    def _database(self) -> Database:
        found = self._find()
        if not isinstance(found, Database):
            raise Failure(Kind.UNAVAILABLE, "the database of the queue driver is not there", retryable=True)
        if found is not self._made:
            self._make(found)
            self._made = found
        return found

    def _make(self, database: Database) -> None:
        dialect = database.dialect
        index = ", INDEX {t}_due (queue, due, seq), INDEX {t}_lease (lease)" if dialect == "mysql" else ""
        columns = (
            f"seq {_SERIAL[dialect]}, id VARCHAR(100) NOT NULL, queue VARCHAR(200) NOT NULL, "
            f"body {_BYTES[dialect]} NOT NULL, headers {_TEXT[dialect]} NOT NULL, attempts INTEGER NOT NULL, "
            f"due BIGINT NOT NULL, visible_at BIGINT NOT NULL, lease VARCHAR(36){index}"
        )
        statements = [f"CREATE TABLE IF NOT EXISTS {{t}} ({columns})"]
        if dialect != "mysql":
            statements += [
                "CREATE INDEX IF NOT EXISTS {t}_due ON {t} (queue, due, seq)",
                "CREATE INDEX IF NOT EXISTS {t}_lease ON {t} (lease)",
            ]
        for statement in statements:
            try:
                database.execute(self._written(statement, database), ())
            except Failure as failure:
                if failure.kind != Kind.ALREADY_EXISTS:  # another node was as fast
                    raise

    def _written(self, text: str, database: Database) -> str:
        named = text.replace("{t}", self._name)
        return numbered(named, "$") if database.dialect == "postgres" else named


def _leased(row: Row) -> Leased:
    values: dict[str, Any] = dict(row)
    stored = Stored(values["id"], values["body"].encode("latin-1"), values["headers"])
    return Leased(values["seq"], stored, values["attempts"])


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def _now() -> int:
    return time.time_ns() // 1_000_000
