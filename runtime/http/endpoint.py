"""How an http.endpoint answers: calls its function with a fresh exchange and delivers what came of it."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from runtime.binding import Failure
from runtime.binding.text import encode
from runtime.functions.service import result_of
from runtime.http.exchange import ATTACHMENT, Exchange
from runtime.lua.errors import Kind
from runtime.process.context import EMPTY

if TYPE_CHECKING:
    from collections.abc import Callable

    import falcon

    from runtime.functions.service import Functions
    from runtime.http.departures import Departures
    from runtime.http.response import OutgoingResponse
    from runtime.process.completion import Outcome
    from runtime.process.context import CallContext
    from runtime.registry.entry import EntryId

log = logging.getLogger("wippy.http")
_CLIENT_CLOSED_REQUEST = 499  # as nginx writes it to its log; nobody receives it


class FunctionHandler:
    """Answers requests by calling a function.

    The call is a process of its own, so that the body can stream while the function still runs, and the call can be
    ended when the client is gone.
    """

    def __init__(self, entry: EntryId, function: EntryId, functions: Functions, departures: Departures) -> None:
        self.entry = entry
        self.function = function
        self._functions = functions
        self._departures = departures

    def __call__(self, request: falcon.Request, response: falcon.Response) -> None:
        """Answer one request."""
        exchange = Exchange(request, getattr(request.context, "params", {}))
        answer = exchange.response
        abandon = self._begin(exchange, getattr(request.context, "call", EMPTY))
        if not answer.ready.is_set() and not self._await(answer, request.env, abandon):
            answer.reset()
            answer.status = _CLIENT_CLOSED_REQUEST
        elif exchange.outcome is not None:
            self._conclude(exchange, exchange.outcome)
        answer.deliver(response, abandon)

    def _await(self, answer: OutgoingResponse, environ: dict[str, Any], abandon: Callable[[], None]) -> bool:
        """Wait until there is something to send; tell whether there still is somebody to send it to."""
        self._departures.enter(answer, environ)
        try:
            answer.ready.wait()
        except BaseException:
            abandon()
            raise
        finally:
            stayed = self._departures.leave(answer)
        if not stayed:
            abandon()
        return stayed

    def _begin(self, exchange: Exchange, context: CallContext) -> Callable[[], None]:
        """Start the call; give what ends it before its time."""
        attachments = {**context.attachments, ATTACHMENT: exchange}
        context = replace(context, attachments=attachments)
        try:
            call = self._functions.begin(self.function, (), context)
        except Failure as failure:
            self._fail(exchange, failure)
            exchange.response.finish()
            return _nothing
        call.completion.listen(lambda outcome: self._ended(exchange, outcome))
        return lambda: call.terminate("the client has gone away", Kind.CANCELED)

    def _ended(self, exchange: Exchange, outcome: Outcome) -> None:
        """Take the end of the call; on the event loop, so what may take long is left to the request's greenlet."""
        if exchange.response.streams:
            self._conclude(exchange, outcome)
        else:
            exchange.outcome = outcome
        exchange.response.finish()

    def _conclude(self, exchange: Exchange, outcome: Outcome) -> None:
        try:
            exchange.succeed(result_of(outcome))
        except Failure as failure:
            self._fail(exchange, failure)

    def _fail(self, exchange: Exchange, failure: Failure) -> None:
        error = failure.error
        if failure.kind != Kind.CANCELED:
            story = error.stack_text() if error else failure.message
            log.error("%s: %s failed: %s", self.entry, self.function, story)
        exchange.fail(error.full_text() if error else encode(failure.message))


def _nothing() -> None:
    """End what never began."""
