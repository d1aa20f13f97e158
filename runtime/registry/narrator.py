"""Tells the event bus what transactions of the registry did (semantics 5.2, 17)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.registry.kinds import PLAIN_KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runtime.events.bus import Bus
    from runtime.registry.change import Change

SYSTEM = "registry"


class Narrator:
    """Publishes a transaction when its outcome is known, so that whoever hears of an entry finds it as told.

    `registry.begin`, then for each entry that a handler was given `entry.create`, `.update` or `.delete` and the answer
    `entry.accept` or `entry.reject`, then `registry.commit` or `registry.discard`. Entries that are data only have no
    handler and are not told of one by one.
    """

    def __init__(self, bus: Bus) -> None:
        self.bus = bus

    def applied(self, version: int, done: Sequence[Change]) -> None:
        """Tell of a transaction that took effect."""
        self._begin(version)
        self._entries(done)
        self.bus.publish(SYSTEM, "registry.commit", f"v{version}", {"version": version})

    def discarded(self, version: int, done: Sequence[Change], refused: Sequence[Change], reason: str) -> None:
        """Tell of a transaction that was undone; `version` is the one that it was to make."""
        self._begin(version)
        self._entries(done)
        for change in refused:
            self._entry(change)
            self.bus.publish(SYSTEM, "entry.reject", str(change.id), {"error": reason})
        self.bus.publish(SYSTEM, "registry.discard", f"v{version}", {"version": version, "error": reason})

    def _begin(self, version: int) -> None:
        self.bus.publish(SYSTEM, "registry.begin", f"v{version}", {"version": version})

    def _entries(self, done: Sequence[Change]) -> None:
        for change in done:
            if change.entry.kind not in PLAIN_KINDS:
                self._entry(change)
                self.bus.publish(SYSTEM, "entry.accept", str(change.id))

    def _entry(self, change: Change) -> None:
        self.bus.publish(SYSTEM, f"entry.{change.action}", str(change.id), change.entry.plain())
