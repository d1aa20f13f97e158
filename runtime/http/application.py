"""The WSGI application of one http.service: a Falcon application that is replaced as a whole when entries change."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

import falcon
from falcon.routing import CompiledRouter

from runtime.http.takeover import prepare

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from runtime.http.routes import RouteTable

_TEXT = "text/plain; charset=utf-8"


class ServiceRequest(falcon.Request):
    """A request in which a date or a range counts only if it can be understood (RFC 9110, sections 13.1.3 and 14.2)."""

    @property
    def if_modified_since(self) -> datetime | None:
        """The date of the copy that the client has; None for what is no date."""
        with suppress(falcon.HTTPInvalidHeader):
            return super().if_modified_since
        return None

    @property
    def range_unit(self) -> str | None:
        """The unit of the range; None for what names none."""
        with suppress(falcon.HTTPInvalidHeader):
            return super().range_unit
        return None

    @property
    def range(self) -> tuple[int, int] | None:
        """The one range that the client wants; None for several, and for what is none: it gets the whole then."""
        with suppress(falcon.HTTPInvalidHeader):
            return super().range
        return None


class ServiceApplication:
    """What a server calls. Requests that are under way finish on the application with which they began."""

    def __init__(self, table: RouteTable) -> None:
        self._app = build(table)

    def replace(self, table: RouteTable) -> None:
        """Serve another routing table from the next request on."""
        self._app = build(table)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        return prepare(environ, self._app(environ, start_response))


def build(table: RouteTable) -> falcon.App[ServiceRequest, falcon.Response]:
    """Make the Falcon application of a routing table; its own errors are plain text."""
    router = cast(CompiledRouter, table)
    app: falcon.App[ServiceRequest, falcon.Response] = falcon.App(_TEXT, request_type=ServiceRequest, router=router)
    app.set_error_serializer(_plain_text)
    types = app.resp_options.static_media_types
    for suffix, media_type in list(types.items()):
        if media_type.startswith("text/"):
            types[suffix] = f"{media_type.partition(';')[0]}; charset=utf-8"
    return app


def _plain_text(_request: falcon.Request, response: falcon.Response, error: falcon.HTTPError) -> None:
    response.content_type = _TEXT
    response.text = f"{error.title}: {error.description}\n" if error.description else f"{error.title}\n"
