"""The kinds queue.driver.memory and queue.driver.sql."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import ClassVar

from runtime.binding.failure import Failure
from runtime.data.sqlite import SqliteDatabase
from runtime.queues.memory import MemoryDriver
from runtime.queues.sql import SqlDriver, Times
from runtime.queues.table import MessageTable
from runtime.registry.decode import Duration
from runtime.registry.entry import Entry, EntryId  # noqa: TC001  (decoding evaluates the annotations)
from runtime.registry.errors import EntryError
from runtime.registry.kinds import Config, KindHandler
from runtime.supervisor.lifecycle import Lifecycle

_LEASE = Duration(30.0)
_POLL = Duration(1.0)
_FILE = ".wippy/queue.db"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,50}\Z")


@dataclass(frozen=True)
class MemoryConfig:
    """The data of queue.driver.memory: none."""


@dataclass(frozen=True)
class SqlConfig:
    """The data of queue.driver.sql: the entry of a database, or a SQLite file of its own, from the project's root."""

    database: EntryId | None = None
    file: str = ""
    table: str = "wippy_queue"
    visibility_timeout: Duration = _LEASE
    poll_interval: Duration = _POLL
    lifecycle: Lifecycle = field(default_factory=Lifecycle)


class MemoryDriverKind(KindHandler):
    """Runs queue.driver.memory."""

    kinds: ClassVar[tuple[str, ...]] = ("queue.driver.memory",)
    config: ClassVar[type] = MemoryConfig

    def create(self, entry: Entry, _config: Config) -> None:
        """Offer the driver."""
        self.node.resources.put(entry.id, MemoryDriver())

    def update(self, _old: Entry, _new: Entry, _config: Config) -> None:
        """Have nothing to change."""

    def delete(self, entry: Entry) -> None:
        """Withdraw the driver."""
        self.node.resources.remove(entry.id)


class SqlDriverKind(KindHandler):
    """Runs queue.driver.sql."""

    kinds: ClassVar[tuple[str, ...]] = ("queue.driver.sql",)
    config: ClassVar[type] = SqlConfig

    def check(self, entry: Entry, config: SqlConfig) -> None:
        """Refuse what cannot be meant."""
        if config.database is not None and config.file:
            raise EntryError(entry, "file", "the messages cannot be in two places", "write either database or file")
        if not _NAME.match(config.table):
            raise EntryError(
                entry, "table", f"'{config.table}' is no name of a table", "use letters, digits and underscores"
            )
        for name in ("visibility_timeout", "poll_interval"):
            if getattr(config, name) <= 0:
                raise EntryError(entry, name, "it is not positive", "write a duration such as 30s")

    def create(self, entry: Entry, config: SqlConfig) -> None:
        """Offer the driver; a file of its own is opened, the table made when it is first used."""
        times = Times(config.visibility_timeout, config.poll_interval)
        if config.database is not None:
            table = MessageTable(partial(self.node.resources.find, config.database), config.table)
            driver = SqlDriver(table, times)
        else:
            own = self._open(entry, Path(self.node.project.root) / (config.file or _FILE))
            driver = SqlDriver(MessageTable(lambda: own, config.table), times, own)
        self.node.resources.put(entry.id, driver)

    def update(self, old: Entry, new: Entry, _config: SqlConfig) -> None:
        """Refuse another place: the queues hold on to the driver."""
        if old.data != new.data:
            raise EntryError(
                new, "kind", "the driver of queues cannot change while it runs", "restart, or make another driver"
            )

    def delete(self, entry: Entry) -> None:
        """Withdraw the driver; the messages stay."""
        self.node.resources.get(entry.id).close()
        self.node.resources.remove(entry.id)

    def _open(self, entry: Entry, path: Path) -> SqliteDatabase:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            return SqliteDatabase(str(path))
        except OSError as problem:
            reason = f"cannot create the folder {path.parent}: {problem.strerror}"
        except Failure as failure:
            reason = f"cannot open {path}: {failure.message}"
        raise EntryError(entry, "file", reason, "check the path and its permissions")
