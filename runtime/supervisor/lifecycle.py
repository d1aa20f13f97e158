"""The `lifecycle:` block of an entry."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from runtime.registry.decode import Duration
from runtime.registry.entry import EntryId


@dataclass(frozen=True)
class Restart:
    """When a failed service starts again: ever later, with jitter.

    `max_attempts` counts the first start too; 0 is no limit.
    """

    initial_delay: Duration = 1.0
    max_delay: Duration = 90.0
    backoff_factor: float = 2.0
    jitter: float = 0.1
    max_attempts: int = 0

    def delay(self, attempt: int, chance: random.Random) -> float:
        """Give the seconds to wait after a failed attempt, the first being 1."""
        try:
            base = self.initial_delay * self.backoff_factor ** (attempt - 1)
        except OverflowError:
            base = self.max_delay
        return max(0.0, min(base, self.max_delay) * (1 + self.jitter * chance.uniform(-1, 1)))

    def allows(self, attempts: int) -> bool:
        """Tell whether there may be one more start after so many."""
        return self.max_attempts <= 0 or attempts < self.max_attempts


@dataclass(frozen=True)
class Actor:
    """Who a service acts as."""

    id: str
    meta: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Security:
    """The identity and rights of a service; names without a namespace are in that of the entry.

    The names are text, for a group is no entry, and a policy that is not there stops no service.
    """

    actor: Actor | None = None
    groups: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lifecycle:
    """How a service starts, is watched and stops. Times are seconds."""

    auto_start: bool = False
    startup: Literal["required", "optional"] = "required"
    start_timeout: Duration = 10.0
    stop_timeout: Duration = 10.0
    # A service that ran so long counts as healthy: its attempts begin again at one.
    stable_threshold: Duration = 5.0
    requires: tuple[EntryId, ...] = ()
    depends_on: tuple[EntryId, ...] = ()
    restart: Restart = field(default_factory=Restart)
    security: Security | None = None

    @property
    def dependencies(self) -> tuple[EntryId, ...]:
        """What `requires` and its older name `depends_on` list together."""
        return tuple(dict.fromkeys((*self.requires, *self.depends_on)))
