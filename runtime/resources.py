"""Host objects that entries stand for, by id: databases, file systems."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.binding import Failure
from runtime.lua.errors import Kind

if TYPE_CHECKING:
    from runtime.registry.entry import EntryId


class Resources:
    """The resources of a node."""

    def __init__(self) -> None:
        self._objects: dict[EntryId, object] = {}

    def put(self, entry_id: EntryId, resource: object) -> None:
        """Offer a resource, or its new form."""
        self._objects[entry_id] = resource

    def get(self, entry_id: EntryId) -> object:
        """Give a resource; NOT_FOUND when there is none."""
        found = self._objects.get(entry_id)
        if found is None:
            raise Failure(Kind.NOT_FOUND, f"no resource is registered as {entry_id}")
        return found

    def find(self, entry_id: EntryId) -> object | None:
        """Give a resource, None when there is none."""
        return self._objects.get(entry_id)

    def remove(self, entry_id: EntryId) -> None:
        """Withdraw a resource."""
        self._objects.pop(entry_id, None)

    def close(self) -> None:
        """Close every resource that can be closed."""
        for resource in self._objects.values():
            close = getattr(resource, "close", None)
            if close is not None:
                close()
        self._objects.clear()
