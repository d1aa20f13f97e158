"""The `disable:` section of the configuration: entries that are left out, by namespace, by id or by metadata."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from runtime.config import ConfigError
from runtime.registry.patterns import fits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runtime.config import Config
    from runtime.registry.entry import Entry

log = logging.getLogger("wippy.registry")


@dataclass(frozen=True)
class Filters:
    """What to leave out; an entry goes when one of them fits. Patterns are those of `runtime.registry.patterns`.

    `entries` are pairs of patterns for namespace and name; `meta` has the values of a field that are left out.
    """

    namespaces: Sequence[str] = ()
    entries: Sequence[tuple[str, str]] = ()
    meta: Mapping[str, Sequence[Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, config: Config) -> Filters:
        """Read the section; raise ConfigError for a pattern that is none."""
        return cls(
            config.texts("disable.namespaces"),
            [_pair(config, pattern) for pattern in config.texts("disable.entries")],
            {
                name: value if isinstance(value, list) else [value]
                for name, value in config.section("disable.meta").items()
            },
        )

    def hit(self, entry: Entry) -> bool:
        """Tell whether an entry is left out."""
        return (
            any(fits(pattern, entry.id.ns) for pattern in self.namespaces)
            or any(fits(ns, entry.id.ns) and fits(name, entry.id.name) for ns, name in self.entries)
            or any(_has(entry.meta.get(name), values) for name, values in self.meta.items())
        )


def _pair(config: Config, pattern: str) -> tuple[str, str]:
    namespace, _, name = pattern.partition(":")
    if not namespace or not name:
        place = config.leaves["disable.entries"].place
        raise ConfigError(f"{place}: '{pattern}' names no entries; write namespace:name, for example app.*:**")
    return namespace, name


def _has(actual: Any, values: Sequence[Any]) -> bool:
    given = actual if isinstance(actual, list) else [actual]
    return any(type(one) is type(value) and one == value for one in given for value in values)


def without_disabled(entries: Sequence[Entry], config: Config) -> list[Entry]:
    """Leave out what the configuration disables."""
    filters = Filters.of(config)
    kept = [entry for entry in entries if not filters.hit(entry)]
    if len(kept) < len(entries):
        log.info("%d entries are left out by `disable:`, %d remain", len(entries) - len(kept), len(kept))
    return kept
