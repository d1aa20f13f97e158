"""cors: lets pages of other origins use the endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

import falcon

from runtime.http.middleware.headers import vary

if TYPE_CHECKING:
    from runtime.http.middleware.options import Handler, Node, Options, Wrap


def make(options: Options, _node: Node) -> Wrap:
    """Make the middleware."""
    cors = _Cors(options)
    return cors.wrap


class _Cors:
    """What an entry allows; headers are ready to be sent."""

    def __init__(self, options: Options) -> None:
        self._origins = options.listed("cors.allow.origins", "*", "allow_origins")
        self._all = "*" in self._origins
        self._actual: dict[str, str] = {}
        exposed = options.text("cors.expose.headers", "", "expose_headers")
        if exposed:
            self._actual["Access-Control-Expose-Headers"] = exposed
        shared = {}
        if options.flag("cors.allow.credentials", "allow_credentials"):
            shared["Access-Control-Allow-Credentials"] = "true"
        if options.flag("cors.allow.private.network", "allow_private_network"):
            shared["Access-Control-Allow-Private-Network"] = "true"
        self._actual |= shared
        self._preflight = {
            "Access-Control-Allow-Methods": options.text(
                "cors.allow.methods", "GET,POST,PUT,DELETE,OPTIONS,PATCH", "allow_methods"
            ),
            "Access-Control-Allow-Headers": options.text(
                "cors.allow.headers",
                "Origin,Content-Type,Accept,Authorization,X-Requested-With",
                "allow_headers",
            ),
            "Access-Control-Max-Age": options.text("cors.max.age", "86400", "max_age"),
            **shared,
        }

    def wrap(self, handler: Handler) -> Handler:
        def answer(request: falcon.Request, response: falcon.Response) -> None:
            origin = request.get_header("Origin")
            allowed = origin is not None and self._allows(origin)
            if allowed:
                response.set_header("Access-Control-Allow-Origin", origin or "")
            if allowed and request.method == "OPTIONS" and request.get_header("Access-Control-Request-Method"):
                response.set_headers(self._preflight)
                vary(response, "Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers")
                response.status = falcon.HTTP_204
                return
            if allowed and self._actual:
                response.set_headers(self._actual)
            try:
                handler(request, response)
            finally:
                # Afterwards, for the handler may set Vary; without an origin too, for a cache must not give that answer
                # to a page.
                vary(response, "Origin")

        return answer

    def _allows(self, origin: str) -> bool:
        return self._all or any(_matches(origin, allowed) for allowed in self._origins)


def _matches(origin: str, allowed: str) -> bool:
    if allowed == origin:
        return True
    if allowed.startswith("*."):
        host = origin.partition("://")[2]
        return host.endswith(allowed[1:]) and len(host) > len(allowed) - 1
    if allowed == "localhost":
        scheme, _, host = origin.partition("://")
        return scheme in ("http", "https") and host.partition(":")[0] == "localhost"
    return False
