"""token_auth: finds out who sends a request. It never refuses one; firewalls do."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from runtime.binding import Failure
from runtime.http.access import HIDDEN
from runtime.http.middleware.frame import frame_of
from runtime.process.context import CallContext

if TYPE_CHECKING:
    import falcon

    from runtime.http.middleware.options import Handler, Node, Options, Wrap
    from runtime.permissions import TokenStore

log = logging.getLogger("wippy.http")


def make(options: Options, node: Node) -> Wrap:
    """Make the middleware."""
    store_id = options.reference("token_auth.store", "token_store")
    header = options.text("token_auth.header.name", "Authorization", "header_name")
    prefix = options.text("token_auth.header.prefix", "Bearer ", "header_prefix")
    parameter = options.text("token_auth.query.param", "x-auth-token", "query_param")
    cookie = options.text("token_auth.cookie.name", "x-auth-token", "cookie_name")

    def token_of(request: falcon.Request) -> str | None:
        text = request.get_header(header) or ""
        if text.startswith(prefix):
            return text[len(prefix) :]
        return request.get_param(parameter) or next(iter(request.get_cookie_values(cookie) or ()), None)

    def authenticate(request: falcon.Request, token: str) -> None:
        try:
            store: TokenStore = node.resources.get(store_id)
            if not hasattr(store, "validate"):  # PERF: isinstance with the protocol takes 4 us
                log.error("%s: token_auth.store: %s is no token store", options.entry, store_id)
                return
            actor, scope = store.validate(token)
        except Failure as failure:
            log.debug("%s: a token was not accepted: %s", options.entry, failure.message)
            return
        frame = frame_of(request)
        request.context.call = CallContext(frame.values, actor, scope, frame.attachments, frame.carried)

    def wrap(handler: Handler) -> Handler:
        def answer(request: falcon.Request, response: falcon.Response) -> None:
            if parameter in request.query_string:
                request.env[HIDDEN] = parameter
            token = token_of(request)
            if token:
                authenticate(request, token)
            handler(request, response)

        return answer

    return wrap
