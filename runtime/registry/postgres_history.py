"""A history of the registry in a PostgreSQL database, for nodes whose disks do not last."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from runtime.binding.failure import Failure
from runtime.binding.text import decode, to_bytes
from runtime.data.connection import Lost
from runtime.data.database import TransactionOptions
from runtime.lua.errors import Kind
from runtime.registry import stored
from runtime.registry.history import BASELINE, History

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from runtime.data.postgres.connection import PostgresConnection
    from runtime.data.postgres.settings import Settings
    from runtime.registry.change import Change

_SCHEMA = """
CREATE SCHEMA IF NOT EXISTS {s};
CREATE TABLE IF NOT EXISTS {s}.versions (
    id BIGINT PRIMARY KEY, parent BIGINT NOT NULL, changes TEXT NOT NULL, made TIMESTAMPTZ NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS {s}.head (id BIGINT NOT NULL);
"""
_PUBLIC = "public"


class PostgresHistory(History):
    """Keeps versions in the tables `versions` and `head` of a schema, which are made when they are not there."""

    def __init__(self, settings: Settings, schema: str) -> None:
        super().__init__()
        self._settings = settings
        self._connection: PostgresConnection | None = None
        with self._told("opened") as connection:
            self._schema = connection.quote(schema or _PUBLIC)
            connection.execute(_SCHEMA.format(s=self._schema), ())
            for row in connection.query(f"SELECT id, parent FROM {self._schema}.versions ORDER BY id", ()):
                self.parents[row["id"]] = row["parent"]
            self.head = self._stored_head(connection)

    def changes(self, version: int) -> Sequence[Change]:
        """Read what a version changed."""
        with self._told("read") as connection:
            rows = connection.query(f"SELECT changes FROM {self._schema}.versions WHERE id = $1", (version,))
        return stored.read(to_bytes(rows[0]["changes"]).decode()) if rows else []

    def save(self, version: int, changes: Sequence[Change]) -> None:
        """Write a version."""
        with self._told("written") as connection, _transaction(connection):
            connection.execute(f"LOCK TABLE {self._schema}.head", ())
            self._refuse_other_writers(connection, version)
            connection.execute(
                f"INSERT INTO {self._schema}.versions (id, parent, changes) VALUES ($1, $2, $3)",
                (version, self.head, stored.written(changes)),
            )
            self._write_head(connection, version)
        self.parents[version] = self.head
        self.head = version

    def move(self, version: int) -> None:
        """Write which version is in force."""
        with self._told("written") as connection, _transaction(connection):
            self._write_head(connection, version)
        self.head = version

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _refuse_other_writers(self, connection: PostgresConnection, version: int) -> None:
        (row,) = connection.query(f"SELECT coalesce(max(id), 0) AS newest FROM {self._schema}.versions", ())
        if row["newest"] >= version or self._stored_head(connection) != self.head:
            raise Failure(
                Kind.CONFLICT,
                "another node has changed the registry's history in PostgreSQL; restart this one to see its changes",
            )

    def _stored_head(self, connection: PostgresConnection) -> int:
        rows = connection.query(f"SELECT id FROM {self._schema}.head", ())
        return int(rows[0]["id"]) if rows else BASELINE

    def _write_head(self, connection: PostgresConnection, version: int) -> None:
        connection.execute(f"DELETE FROM {self._schema}.head", ())
        connection.execute(f"INSERT INTO {self._schema}.head (id) VALUES ($1)", (version,))

    @contextmanager
    def _told(self, action: str) -> Iterator[PostgresConnection]:
        """Give a connection that works, and say of what failed that it was about the history."""
        try:
            if self._connection is None or not self._connection.is_alive():
                self.close()
                self._connection = self._settings.connect()
            yield self._connection
        except Failure as failure:
            if failure.kind == Kind.CONFLICT:
                raise
            raise _unusable(action, failure.message) from failure
        except Lost as lost:
            self.close()
            raise _unusable(action, f"the connection was lost: {lost}") from lost


def _unusable(action: str, reason: str) -> Failure:
    return Failure(Kind.INTERNAL, f"the registry's history in PostgreSQL cannot be {action}: {decode(reason)}")


@contextmanager
def _transaction(connection: PostgresConnection) -> Iterator[None]:
    connection.begin(TransactionOptions())
    try:
        yield
        connection.commit()
    finally:
        if not connection.broken and connection.in_transaction:
            connection.rollback()
