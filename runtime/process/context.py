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


@dataclass(frozen=True)
class Settings:
    """How what a builder starts or calls differs from what just inherits; immutable, as builders are."""

    values: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    actor: Actor | None = None
    scope: Scope | None = None

    def context(self, inherited: CallContext) -> CallContext:
        """Give the context to start with."""
        if not (self.values or self.actor or self.scope):
            return inherited
        return replace(
            inherited,
            values={**inherited.values, **self.values},
            actor=self.actor or inherited.actor,
            scope=self.scope or inherited.scope,
        )
