"""A history of the registry in a SQLite file: changes made at run time are there again after a restart."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from runtime.binding.failure import Failure
from runtime.data.wal import use_wal
from runtime.lua.errors import Kind
from runtime.registry import stored
from runtime.registry.history import BASELINE, History

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from runtime.registry.change import Change

FORMAT = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS versions (
    id INTEGER PRIMARY KEY, parent INTEGER NOT NULL, changes TEXT NOT NULL, made TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE IF NOT EXISTS head (id INTEGER NOT NULL);
"""


class SqliteHistory(History):
    """Keeps versions in a file, which is made with its directory when it is not there.

    Statements run on the calling thread: a version is written once in a while, in well under a millisecond, and nothing
    may come between the handlers' consent and the new state.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        with self._told("opened"):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._link = sqlite3.connect(path, timeout=5.0, isolation_level=None)
            use_wal(self._link)
            self._link.execute("PRAGMA synchronous = NORMAL")
            self._migrate()
            self._seen = self._data_version()
            self._read_versions()
            self.head = self._stored_head()

    def _migrate(self) -> None:
        (known,) = self._link.execute("PRAGMA user_version").fetchone()
        if known > FORMAT:
            raise Failure(
                Kind.INVALID,
                f"the registry's history {self.path} has format {known}, of a newer wippy; this one reads {FORMAT}",
            )
        if known < FORMAT:
            self._link.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version = {FORMAT}; COMMIT")

    def _data_version(self) -> int:
        """Give a number that changes with every commit of another connection."""
        return int(self._link.execute("PRAGMA data_version").fetchone()[0])

    def _read_versions(self) -> None:
        newest = next(reversed(self.parents))
        known = self._link.execute("SELECT id, parent FROM versions WHERE id > ? ORDER BY id", (newest,))
        self.parents.update(known)

    def news(self) -> int | None:
        """Look for what another process has written; some microseconds when there is nothing."""
        with self._told("read"):
            seen = self._data_version()
            if seen == self._seen:
                return None
            self._seen = seen
            self._read_versions()
            head = self._stored_head()
        return head if head != self.head else None

    def _stored_head(self) -> int:
        row = self._link.execute("SELECT id FROM head").fetchone()
        return int(row[0]) if row is not None else BASELINE

    def changes(self, version: int) -> Sequence[Change]:
        """Read what a version changed."""
        with self._told("read"):
            row = self._link.execute("SELECT changes FROM versions WHERE id = ?", (version,)).fetchone()
        return stored.read(row[0]) if row is not None else []

    def save(self, version: int, changes: Sequence[Change]) -> None:
        """Write a version."""
        text = stored.written(changes)
        with self._told("written"), self._link:
            self._link.execute("BEGIN IMMEDIATE")
            self._refuse_other_writers(version)
            self._link.execute(
                "INSERT INTO versions (id, parent, changes) VALUES (?, ?, ?)", (version, self.head, text)
            )
            self._write_head(version)
        self.parents[version] = self.head
        self.head = version

    def _refuse_other_writers(self, version: int) -> None:
        (newest,) = self._link.execute("SELECT coalesce(max(id), 0) FROM versions").fetchone()
        if newest >= version or self._stored_head() != self.head:
            raise Failure(
                Kind.CONFLICT,
                f"another node has changed the registry's history {self.path}; restart this one to see its changes",
            )

    def move(self, version: int) -> None:
        """Write which version is in force."""
        with self._told("written"), self._link:
            self._link.execute("BEGIN IMMEDIATE")
            self._write_head(version)
        self.head = version

    def _write_head(self, version: int) -> None:
        self._link.execute("DELETE FROM head")
        self._link.execute("INSERT INTO head (id) VALUES (?)", (version,))

    def close(self) -> None:
        """Close the file."""
        self._link.close()

    @contextmanager
    def _told(self, action: str) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise Failure(Kind.INTERNAL, f"the registry's history {self.path} cannot be {action}: {error}") from error
