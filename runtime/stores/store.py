"""What a key-value store offers, whichever it is.

Keys are text that is not empty, values plain data as `to_python` makes it, which nobody changes afterwards. An expired
entry is as good as gone at once. Failures: Unavailable (retryable) for a store that is full; AlreadyExists, and
Conflict (retryable), for a condition that does not hold; Invalid for one that the store cannot check.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

MEMORY = "memory"
SQL = "sql"
LOCAL = "local"
DEFAULT_PAGE = 100
MAX_PAGE = 1000


@dataclass(frozen=True)
class Record:
    """A value with its key, and the version that it has until it is written again."""

    key: str
    value: Any
    version: str


@dataclass(frozen=True)
class Condition:
    """What must hold for a write: that nothing is there, or that the version is still this."""

    only_if_absent: bool = False
    if_version: str | None = None

    @property
    def is_given(self) -> bool:
        """Tell whether there is anything to check."""
        return self.only_if_absent or self.if_version is not None


@dataclass(frozen=True)
class Query:
    """Which entries a page holds: with this prefix, behind this key, at most so many."""

    prefix: str = ""
    after: str = ""
    limit: int = DEFAULT_PAGE


ALWAYS = Condition()


class Store(ABC):
    """A store. All but `close` may switch to other processes."""

    backend: ClassVar[str]
    consistency: ClassVar[str] = LOCAL
    durable: ClassVar[bool]
    versioned: ClassVar[bool]
    conditional: ClassVar[bool]

    @abstractmethod
    def read(self, key: str) -> Record | None:
        """Give an entry, None when there is none."""

    @abstractmethod
    def write(self, key: str, value: Any, ttl: float = 0.0, condition: Condition = ALWAYS) -> Record:
        """Write a value; `ttl` in seconds, 0 for ever."""

    @abstractmethod
    def delete(self, key: str) -> bool:
        """Remove an entry; tell whether there was one."""

    @abstractmethod
    def page(self, query: Query) -> tuple[list[Record], bool]:
        """Give entries by key, and whether more come behind them."""

    @abstractmethod
    def close(self) -> None:
        """Stop what runs for the store; does not wait."""
