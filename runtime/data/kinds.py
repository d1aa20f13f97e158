"""The entry kind db.sql.sqlite: opens the database of each entry and offers it as a resource (page system/database)."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003  (decoding evaluates the annotations)
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from runtime.binding.failure import Failure
from runtime.data.sqlite import MEMORY, SqliteDatabase
from runtime.registry.decode import Duration
from runtime.registry.errors import EntryError
from runtime.registry.kinds import KindHandler

if TYPE_CHECKING:
    from runtime.registry.entry import Entry

_HOUR = Duration(3600.0)


@dataclass(frozen=True)
class PoolConfig:
    """How connections are kept; SQLite has one connection, whatever `max_open` and `max_idle` say."""

    max_open: int = 0
    max_idle: int = 0
    max_lifetime: Duration = _HOUR


@dataclass(frozen=True)
class SqliteConfig:
    """A db.sql.sqlite entry: `file` is a path, relative ones from the project's root, or `:memory:`.

    `options` is accepted and has no effect.
    """

    file: str
    pool: PoolConfig = field(default_factory=PoolConfig)
    options: Mapping[str, Any] = field(default_factory=dict)


class SqliteHandler(KindHandler):
    """Runs db.sql.sqlite entries."""

    kinds: ClassVar[tuple[str, ...]] = ("db.sql.sqlite",)
    config: ClassVar[type] = SqliteConfig

    def check(self, entry: Entry, config: SqliteConfig) -> None:
        """Refuse a file that can only be a mistake."""
        if not config.file.strip():
            raise EntryError(entry, "file", "the path is empty", "write a path such as data/app.db, or :memory:")
        if config.file != MEMORY and self._path(config).is_dir():
            raise EntryError(entry, "file", f"{config.file} is a directory", "write the path of a file in it")

    def create(self, entry: Entry, config: SqliteConfig) -> None:
        """Open the database, creating the file and the folders above it where they are missing."""
        self.node.resources.put(entry.id, self._open(entry, config))

    def update(self, old: Entry, new: Entry, config: SqliteConfig) -> None:
        """Open the database anew for those who ask from now on; a database in memory loses its data."""
        if old.data == new.data:
            return
        before = self.node.resources.get(old.id)
        self.node.resources.put(new.id, self._open(new, config))
        before.close()

    def delete(self, entry: Entry) -> None:
        """Close the database once running transactions have ended."""
        database = self.node.resources.get(entry.id)
        self.node.resources.remove(entry.id)
        database.close()

    def _open(self, entry: Entry, config: SqliteConfig) -> SqliteDatabase:
        if config.file == MEMORY:
            return SqliteDatabase(MEMORY)
        path = self._path(config)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            return SqliteDatabase(str(path), config.pool.max_lifetime)
        except OSError as problem:
            reason = f"cannot create the folder {path.parent}: {problem.strerror}"
        except Failure as failure:
            reason = f"cannot open {path}: {failure.message}"
        raise EntryError(entry, "file", reason, "check the path and its permissions")

    def _path(self, config: SqliteConfig) -> Path:
        return Path(self.node.project.root) / config.file
