"""What a running function or process inherits from the one that started it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from runtime.lua.userdata import Userdata

if TYPE_CHECKING:
    from collections.abc import Mapping


class Actor(Userdata):
    """Who code acts as; the base of what a security module makes."""

    __slots__ = ()
    lua_name = "security.Actor"

    @property
    def id(self) -> str:
        """The name of the actor; an empty one is nobody."""
        raise NotImplementedError

    @property
    def attributes(self) -> Mapping[str, object]:
        """What is known about the actor, for policies to ask."""
        raise NotImplementedError


class Scope(Userdata):
    """What code may do; the base of what a security module makes."""

    __slots__ = ()
    lua_name = "security.Scope"

    def evaluate(self, actor: Actor, action: str, resource: str, meta: Mapping[str, object]) -> str:
        """Decide: "allow", "deny" or "undefined"."""
        raise NotImplementedError


@dataclass(frozen=True)
class CallContext:
    """The frame of a call: all but `attachments` is inherited by calls and spawns.

    `attachments` holds host objects of this one call by name, such as the HTTP exchange; `carried` those that also
    belong to what it calls, such as the delivery of a queue.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    actor: Actor | None = None
    scope: Scope | None = None
    attachments: Mapping[str, object] = field(default_factory=dict)
    carried: Mapping[str, object] = field(default_factory=dict)

    def inherited(self) -> CallContext:
        """Give the context that a call from this frame starts with."""
        return replace(self, attachments={}) if self.attachments else self


EMPTY = CallContext()
