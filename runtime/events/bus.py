"""The bus: events go to every subscription that wants them, at once and in the order in which they were published."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from runtime.binding.convert import to_lua

if TYPE_CHECKING:
    from runtime.lua.types import LuaValue

log = logging.getLogger("wippy.events")


@dataclass(frozen=True, slots=True)
class Event:
    """What happened: in which system, what, and to whom. `data` is a Lua value that nobody may change."""

    system: str
    kind: str
    path: str
    data: LuaValue = None


Deliver: TypeAlias = Callable[[Event], None]


def matches(pattern: str, name: str) -> bool:
    """Tell whether a name fits: `*` and nothing fit all, a star at the end fits any continuation, else only itself."""
    if pattern in ("", "*"):
        return True
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


@dataclass(frozen=True, slots=True, eq=False)
class Subscription:
    """Who gets which events; `deliver` must not wait."""

    system: str
    kind: str
    deliver: Deliver

    def wants(self, system: str, kind: str) -> bool:
        """Tell whether an event is for this subscription."""
        return matches(self.system, system) and matches(self.kind, kind)


class Bus:
    """All subscriptions of a node. Best effort: no replay, and what nobody wants is gone."""

    def __init__(self) -> None:
        # A dictionary, for its order and because leaving must be cheap.
        self._subscriptions: dict[Subscription, None] = {}
        self._waiting: deque[Event] = deque()
        self._delivering = False

    def subscribe(self, system: str, kind: str, deliver: Deliver) -> Subscription:
        """Have a function called with every event whose system and kind fit."""
        subscription = Subscription(system, kind, deliver)
        self._subscriptions[subscription] = None
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        """End a subscription; again without effect."""
        self._subscriptions.pop(subscription, None)

    def count(self) -> int:
        """Count the subscriptions."""
        return len(self._subscriptions)

    def publish(self, system: str, kind: str, path: str, data: object = None) -> None:
        """Tell of something in the runtime; `data` is plain Python data, converted only if somebody wants it."""
        if any(subscription.wants(system, kind) for subscription in self._subscriptions):
            self.send(Event(system, kind, path, to_lua(data)))

    def send(self, event: Event) -> None:
        """Deliver an event; one that a delivery causes comes after it."""
        self._waiting.append(event)
        if self._delivering:
            return
        self._delivering = True
        try:
            while self._waiting:
                self._deliver(self._waiting.popleft())
        finally:
            self._delivering = False

    def _deliver(self, event: Event) -> None:
        for subscription in list(self._subscriptions):
            if subscription in self._subscriptions and subscription.wants(event.system, event.kind):
                try:
                    subscription.deliver(event)
                except Exception:
                    log.exception("a subscriber failed at event %s of %s", event.kind, event.system)
