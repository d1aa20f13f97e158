"""What the middleware asks of the security side of the node; whoever provides that fulfils these protocols.

`CallContext.actor` and `CallContext.scope` hold objects of these two, and a token store is among `node.resources`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from runtime.process.context import EMPTY, CallContext

if TYPE_CHECKING:
    import falcon

    from runtime.process.context import Actor, Scope

ALLOW = "allow"


@runtime_checkable
class TokenStore(Protocol):
    """Gives out tokens, and knows whom they stand for."""

    def validate(self, token: str) -> tuple[Actor, Scope]:
        """Give whom a token stands for; raise Failure when it is not valid. May wait."""


def frame_of(request: falcon.Request) -> CallContext:
    """Give the context with which the function of a request will be called."""
    frame: CallContext = getattr(request.context, "call", EMPTY)
    return frame
