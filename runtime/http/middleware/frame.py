"""The context of a request, which middleware may enrich."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.process.context import EMPTY, CallContext

if TYPE_CHECKING:
    import falcon


def frame_of(request: falcon.Request) -> CallContext:
    """Give the context with which the function of a request will be called."""
    frame: CallContext = getattr(request.context, "call", EMPTY)
    return frame
