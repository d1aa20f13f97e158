"""The context of a request, which middleware may enrich."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.process.context import EMPTY, CallContext

if TYPE_CHECKING:
    from collections.abc import Callable

    import falcon

    from runtime.http.routes import Handler


def frame_of(request: falcon.Request) -> CallContext:
    """Give the context with which the function of a request will be called."""
    frame: CallContext = getattr(request.context, "call", EMPTY)
    return frame


def acting_as(context: Callable[[], CallContext]) -> Callable[[Handler], Handler]:
    """Give what makes a handler begin with a context, which middleware may enrich or replace."""

    def wrap(handler: Handler) -> Handler:
        def answer(request: falcon.Request, response: falcon.Response) -> None:
            request.context.call = context()
            handler(request, response)

        return answer

    return wrap
