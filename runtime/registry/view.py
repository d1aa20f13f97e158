"""One state of the registry, immutable: what a snapshot is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from runtime.binding.failure import Failure
from runtime.lua.errors import Kind
from runtime.registry import finder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.registry.entry import Entry, EntryId


@dataclass(frozen=True)
class View:
    """The entries as they were at a version; 0 is the state after boot."""

    version: int = 0
    entries: Mapping[EntryId, Entry] = field(default_factory=dict)

    def get(self, entry_id: EntryId) -> Entry:
        """Give an entry; raise Failure NOT_FOUND when there is none."""
        entry = self.entries.get(entry_id)
        if entry is None:
            raise Failure(Kind.NOT_FOUND, f"entry not found: {entry_id}")
        return entry

    def find(self, query: Mapping[str, Any]) -> list[Entry]:
        """Give the entries that match a filter (see `runtime.registry.finder`), sorted by id."""
        return finder.find(self.entries.values(), query)

    def all(self) -> list[Entry]:
        """Give all entries, sorted by id."""
        return sorted(self.entries.values(), key=lambda entry: entry.id)

    def namespace(self, ns: str) -> list[Entry]:
        """Give the entries of one namespace, sorted by id."""
        return [entry for entry in self.all() if entry.id.ns == ns]
