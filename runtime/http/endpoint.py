"""How an http.endpoint answers: calls its function with a fresh exchange and delivers what came of it."""

from __future__ import annotations

import logging
import select
import ssl
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import gevent

from runtime.binding import Failure
from runtime.binding.text import encode
from runtime.http.exchange import ATTACHMENT, Exchange
from runtime.process.context import EMPTY, CallContext

if TYPE_CHECKING:
    import falcon

    from runtime.http.node import Functions
    from runtime.lua.types import LuaValue
    from runtime.registry.entry import EntryId

log = logging.getLogger("wippy.http")
_LOOK_AFTER_CLIENT = 1.0  # seconds between two looks whether the client still waits
_CLIENT_CLOSED_REQUEST = 499  # as nginx writes it to its log; nobody receives it
_HANG_UP = getattr(select, "POLLRDHUP", 0)


class FunctionHandler:
    """Answers requests by calling a function.

    The call runs on a greenlet of its own, so that the body can stream while the function still runs, and the call can
    be ended when the client is gone.
    """

    def __init__(self, entry: EntryId, function: EntryId, functions: Functions) -> None:
        self.entry = entry
        self.function = function
        self._functions = functions

    def __call__(self, request: falcon.Request, response: falcon.Response) -> None:
        """Answer one request."""
        exchange = Exchange(request, getattr(request.context, "params", {}))
        context: CallContext = getattr(request.context, "call", EMPTY)
        context = replace(context, attachments={**context.attachments, ATTACHMENT: exchange})
        call = gevent.spawn(self._run, exchange, context)
        try:
            while not exchange.response.ready.wait(_LOOK_AFTER_CLIENT):
                if _client_is_gone(request.env):
                    log.debug("%s: the client went away, the call is cancelled", self.entry)
                    exchange.response.status = _CLIENT_CLOSED_REQUEST
                    break
        finally:
            if not exchange.response.ready.is_set():
                call.kill(block=False)
        exchange.response.deliver(response, abandon=lambda: call.kill(block=False))

    def _run(self, exchange: Exchange, context: CallContext) -> None:
        try:
            exchange.succeed(_first(self._functions.call(self.function, (), context)))
        except Failure as failure:
            error = failure.error
            story = error.stack_text() if error else failure.message
            log.error("%s: %s failed: %s", self.entry, self.function, story)  # noqa: TRY400  (Lua frames, not Python's)
            exchange.fail(error.full_text() if error else encode(failure.message))
        except Exception:
            log.exception("%s: calling %s failed", self.entry, self.function)
            exchange.fail("internal error")
        finally:
            exchange.response.finish()


def _first(results: LuaValue) -> LuaValue:
    if results.__class__ is tuple:
        return results[0] if results else None
    return results


def _client_is_gone(environ: dict[str, Any]) -> bool:
    """Tell whether the client has closed its side of the connection; False where that cannot be known."""
    connection = environ.get("gunicorn.socket")
    if connection is None or isinstance(connection, ssl.SSLSocket) or not _HANG_UP:
        return False
    poll = select.poll()
    try:
        poll.register(connection.fileno(), _HANG_UP)
        return bool(poll.poll(0))
    except (OSError, ValueError):
        return True
