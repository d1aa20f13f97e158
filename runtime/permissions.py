"""Whether running code may do something: what modules and middleware ask of the security side of the node.

Whoever provides that side puts objects that fulfil `Actor` and `Scope` into `CallContext.actor` and `.scope`, and token
stores among `node.resources`. Code without both may do everything (semantics 7.6).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast, runtime_checkable

from runtime.binding import Failure, Kind
from runtime.process import current

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.process.context import CallContext

ALLOW = "allow"


class Actor(Protocol):
    """Who acts."""

    @property
    def id(self) -> str:
        """The name of the actor; an empty one is nobody."""


class Scope(Protocol):
    """What is allowed: a set of policies."""

    def evaluate(self, actor: Actor, action: str, resource: str, meta: Mapping[str, object]) -> str:
        """Decide: "allow", "deny" or "undefined"."""


@runtime_checkable
class TokenStore(Protocol):
    """Gives out tokens, and knows whom they stand for."""

    def validate(self, token: str) -> tuple[Actor, Scope]:
        """Give whom a token stands for; raise Failure when it is not valid. May wait."""


def actor_of(context: CallContext) -> Actor | None:
    """Give who acts in a call."""
    return cast("Actor | None", context.actor)


def scope_of(context: CallContext) -> Scope | None:
    """Give what is allowed in a call."""
    return cast("Scope | None", context.scope)


@dataclass(frozen=True)
class Permissions:
    """What the code of a call may do; kept where it is asked about while that code does not run."""

    context: CallContext

    @property
    def limited(self) -> bool:
        """Tell whether anything could be denied."""
        return self.context.actor is not None and self.context.scope is not None

    def allow(self, action: str, resource: str, meta: Mapping[str, object] | None = None) -> bool:
        """Decide."""
        actor, scope = actor_of(self.context), scope_of(self.context)
        return actor is None or scope is None or scope.evaluate(actor, action, resource, meta or {}) == ALLOW

    def demand(self, action: str, resource: str, what: str) -> None:
        """Raise Failure PERMISSION_DENIED unless it is allowed."""
        if not self.allow(action, resource):
            raise Failure(Kind.PERMISSION_DENIED, f"not allowed: {what}")


def permissions() -> Permissions:
    """Give the permissions of the code that runs."""
    return Permissions(current.context())
