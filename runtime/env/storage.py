"""Where the values of variables are kept."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from runtime.binding import Failure, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Storage(ABC):
    """Values by name. An empty value counts as none. May switch to other processes while it reads or writes."""

    @abstractmethod
    def get(self, name: str) -> str | None:
        """Give a value, None where there is none."""

    @abstractmethod
    def set(self, name: str, value: str) -> None:
        """Keep a value; PermissionDenied where nothing can be written."""


class MemoryStorage(Storage):
    """Values that end with the node (env.storage.memory)."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}

    def get(self, name: str) -> str | None:
        """Give a value."""
        return self._values.get(name)

    def set(self, name: str, value: str) -> None:
        """Keep a value."""
        self._values[name] = value


class ReadOnlyStorage(Storage):
    """Values that cannot be changed: those of an entry (env.storage.static)."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def get(self, name: str) -> str | None:
        """Give a value."""
        return self._values.get(name)

    def set(self, name: str, value: str) -> None:  # noqa: ARG002  (it refuses whatever the value is)
        """Refuse."""
        raise Failure(Kind.PERMISSION_DENIED, f"cannot set '{name}': its storage is read-only")


class OsStorage(ReadOnlyStorage):
    """The variables of the operating system's process (env.storage.os)."""

    def __init__(self) -> None:
        super().__init__(os.environ)


class RouterStorage(Storage):
    """Several storages: reads ask them in order, writes go to the first (env.storage.router)."""

    def __init__(self, storages: Sequence[Storage]) -> None:
        self._storages = tuple(storages)

    def get(self, name: str) -> str | None:
        """Give the value of the first storage that has one."""
        for storage in self._storages:
            value = storage.get(name)
            if value:
                return value
        return None

    def set(self, name: str, value: str) -> None:
        """Write to the first storage."""
        self._storages[0].set(name, value)
