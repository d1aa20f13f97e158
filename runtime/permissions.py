"""What the code of a call may do, kept where it is asked about while that code does not run; and who knows tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from runtime.binding import Failure, Kind
from runtime.process import current
from runtime.process.access import by_scope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.process.access import Decide
    from runtime.process.context import Actor, CallContext, Scope


@runtime_checkable
class TokenStore(Protocol):
    """Gives out tokens, and knows whom they stand for; one is among `node.resources`."""

    def validate(self, token: str) -> tuple[Actor, Scope]:
        """Give whom a token stands for; raise Failure when it is not valid. May wait."""


@dataclass(frozen=True)
class Permissions:
    """What the code of a call may do."""

    context: CallContext
    decide: Decide = by_scope

    @property
    def limited(self) -> bool:
        """Tell whether anything could be denied."""
        return self.decide is not by_scope or (self.context.actor is not None and self.context.scope is not None)

    def allow(self, action: str, resource: str, meta: Mapping[str, object] | None = None) -> bool:
        """Decide."""
        return self.decide(self.context, action, resource, meta or {})

    def demand(self, action: str, resource: str, what: str) -> None:
        """Raise Failure PERMISSION_DENIED unless it is allowed."""
        if not self.allow(action, resource):
            raise Failure(Kind.PERMISSION_DENIED, f"not allowed: {what}")


def permissions() -> Permissions:
    """Give the permissions of the code that runs."""
    running = current.process()
    return Permissions(current.context()) if running is None else Permissions(running.context, running.node.decide)
