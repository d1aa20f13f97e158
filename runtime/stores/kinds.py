"""The entry kinds store.memory and store.sql (page system/store)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from runtime.registry.decode import Duration
from runtime.registry.entry import EntryId  # noqa: TC001  (decoding evaluates the annotations)
from runtime.registry.errors import EntryError
from runtime.registry.kinds import KindHandler
from runtime.stores.memory import MemoryStore
from runtime.stores.sql import Place, SqlStore

if TYPE_CHECKING:
    from runtime.registry.entry import Entry

_MAX_SIZE = 10_000
_FIVE_MINUTES = Duration(300.0)
_NEVER = Duration(0.0)
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


@dataclass(frozen=True)
class MemoryConfig:
    """The data of a store.memory entry."""

    max_size: int = _MAX_SIZE
    cleanup_interval: Duration = _FIVE_MINUTES


@dataclass(frozen=True)
class SqlConfig:
    """The data of a store.sql entry; the table must exist."""

    database: EntryId
    table_name: str = field(metadata={"also": "table"})  # as the page guides/entry-kinds has it
    id_column_name: str = "key"
    payload_column_name: str = "value"
    expire_column_name: str = "expires_at"
    cleanup_interval: Duration = _NEVER


class MemoryStoreKind(KindHandler):
    """Runs store.memory entries."""

    kinds: ClassVar[tuple[str, ...]] = ("store.memory",)
    config: ClassVar[type] = MemoryConfig

    def check(self, entry: Entry, config: MemoryConfig) -> None:
        """Refuse a negative size."""
        if config.max_size < 0:
            raise EntryError(entry, "max_size", "it is negative", f"leave it out for {_MAX_SIZE}")

    def create(self, entry: Entry, config: MemoryConfig) -> None:
        """Make an empty store."""
        store = MemoryStore(config.max_size or _MAX_SIZE, config.cleanup_interval)
        self.node.resources.put(entry.id, store)

    def update(self, _old: Entry, new: Entry, config: MemoryConfig) -> None:
        """Change the limits; the entries stay."""
        store = self.node.resources.get(new.id)
        store.close()
        store.configure(config.max_size or _MAX_SIZE, config.cleanup_interval)

    def delete(self, entry: Entry) -> None:
        """Throw the store away."""
        self.node.resources.get(entry.id).close()
        self.node.resources.remove(entry.id)


class SqlStoreKind(KindHandler):
    """Runs store.sql entries."""

    kinds: ClassVar[tuple[str, ...]] = ("store.sql",)
    config: ClassVar[type] = SqlConfig

    def check(self, entry: Entry, config: SqlConfig) -> None:
        """Refuse names that are more than names."""
        for column in ("table_name", "id_column_name", "payload_column_name", "expire_column_name"):
            name = getattr(config, column)
            parts = name.split(".") if column == "table_name" else [name]
            if not all(_IDENTIFIER.match(part) for part in parts):
                raise EntryError(entry, column, f"'{name}' is no name of SQL", "use letters, digits and underscores")

    def create(self, entry: Entry, config: SqlConfig) -> None:
        """Make the store; its table is looked at when it is first used."""
        place = Place(config.table_name, config.id_column_name, config.payload_column_name, config.expire_column_name)
        find = partial(self.node.resources.get, config.database)
        self.node.resources.put(entry.id, SqlStore(find, place, config.cleanup_interval))

    def update(self, old: Entry, new: Entry, config: SqlConfig) -> None:
        """Put another store in the place of the old one."""
        self.delete(old)
        self.create(new, config)

    def delete(self, entry: Entry) -> None:
        """Forget the store; its table stays."""
        self.node.resources.get(entry.id).close()
        self.node.resources.remove(entry.id)
