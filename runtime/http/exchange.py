"""One HTTP exchange: the request, its response, and the rules by which the outcome of a call becomes a status."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from runtime.http.request import IncomingRequest
from runtime.http.response import OutgoingResponse
from runtime.lua.jsontext import JsonError, encode

if TYPE_CHECKING:
    from collections.abc import Mapping

    import falcon

    from runtime.lua.types import LuaValue
    from runtime.process.completion import Outcome

log = logging.getLogger("wippy.http")
# Under this name a call's context carries its exchange (`CallContext.attachments`).
ATTACHMENT = "http"


class Exchange:
    """What the `http` module of the called function works on; functions that it calls in turn do not see it."""

    def __init__(self, request: falcon.Request, params: Mapping[str, str] | None = None) -> None:
        self.request = IncomingRequest(request, params)
        self._place = f"{request.method} {request.path}"
        self.response = OutgoingResponse(discard_body=request.method == "HEAD")
        # How the call ended; None while it runs.
        self.outcome: Outcome | None = None

    def succeed(self, value: LuaValue) -> None:
        """Take the result of the call: it is the answer, as JSON, if the handler never touched the response."""
        if self.response.touched:
            return
        if value is None:
            self._refuse("no response sent")
            return
        try:
            self.response.write_json(encode(value).encode("latin-1"))
        except JsonError as error:
            self._refuse(f"the handler's result cannot be sent: {error}")

    def _refuse(self, reason: str) -> None:
        """Answer 500 for a handler that has not failed and yet has no answer, and tell the log."""
        log.error("%s: %s", self._place, reason)
        self.fail(reason)

    def fail(self, message: str) -> None:
        """Answer 500 with the message (a Lua string), unless a part of the body was written, which then stands.

        A handler that fails over a body that is malformed, too large or too slow has not made a mistake: the client has
        (400, 413, 408).
        """
        if self.response.sealed:
            return
        self.response.reset()
        self.response.set_status(self.request.body.fault or 500)
        self.response.set_content_type("text/plain; charset=utf-8")
        self.response.write(message.encode("latin-1", "replace") + b"\n")
