"""A store in memory: as fast as it gets, and gone when the node stops."""

from __future__ import annotations

import time
from dataclasses import dataclass
from heapq import nsmallest
from typing import Any, ClassVar

from runtime.binding.failure import Failure
from runtime.lua.errors import Kind
from runtime.stores.store import ALWAYS, MEMORY, Condition, Query, Record, Store
from runtime.stores.sweeper import Sweeper


@dataclass(slots=True)
class _Slot:
    record: Record
    # On the monotonic clock; infinite for what does not expire.
    expires: float


class MemoryStore(Store):
    """At most `max_size` entries: when it is full new keys are refused, known ones can be written."""

    backend: ClassVar[str] = MEMORY
    durable: ClassVar[bool] = False
    versioned: ClassVar[bool] = True
    conditional: ClassVar[bool] = True

    def __init__(self, max_size: int, interval: float) -> None:
        self._slots: dict[str, _Slot] = {}
        self._version = 0
        self.configure(max_size, interval)

    def configure(self, max_size: int, interval: float) -> None:
        """Take a size and an interval of sweeping, at first or anew; the entries stay."""
        self._max_size = max_size
        self._sweeper = Sweeper(self.sweep, interval)

    def read(self, key: str) -> Record | None:
        """Give an entry."""
        slot = self._slots.get(key)
        return slot.record if slot is not None and slot.expires > time.monotonic() else None

    def write(self, key: str, value: Any, ttl: float = 0.0, condition: Condition = ALWAYS) -> Record:
        """Write a value."""
        _check(condition, self.read(key))
        if key not in self._slots and len(self._slots) >= self._max_size:
            self.sweep()
            if len(self._slots) >= self._max_size:
                raise Failure(Kind.UNAVAILABLE, f"the store is full: it has {self._max_size} entries", retryable=True)
        self._version += 1
        record = Record(key, value, str(self._version))
        self._slots[key] = _Slot(record, time.monotonic() + ttl if ttl > 0 else float("inf"))
        return record

    def delete(self, key: str) -> bool:
        """Remove an entry."""
        known = self.read(key) is not None
        self._slots.pop(key, None)
        return known

    def page(self, query: Query) -> tuple[list[Record], bool]:
        """Give entries by key."""
        now = time.monotonic()
        keys = nsmallest(
            query.limit + 1,
            (
                key
                for key, slot in self._slots.items()
                if key.startswith(query.prefix) and key > query.after and slot.expires > now
            ),
        )
        return [self._slots[key].record for key in keys[: query.limit]], len(keys) > query.limit

    def sweep(self) -> None:
        """Remove what has expired."""
        now = time.monotonic()
        for key in [key for key, slot in self._slots.items() if slot.expires <= now]:
            del self._slots[key]

    def close(self) -> None:
        """Sweep no more."""
        self._sweeper.stop()


def _check(condition: Condition, present: Record | None) -> None:
    if condition.only_if_absent and present is not None:
        raise Failure(Kind.ALREADY_EXISTS, f"the key '{present.key}' exists")
    if condition.if_version is None:
        return
    if present is None:
        raise Failure(Kind.NOT_FOUND, "the key does not exist, so it has no version")
    if present.version != condition.if_version:
        raise Failure(
            Kind.CONFLICT, f"version {condition.if_version} is not current: read the entry again", retryable=True
        )
