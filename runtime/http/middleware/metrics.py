"""metrics: counts requests and measures how long they take."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import falcon

if TYPE_CHECKING:
    from runtime.http.middleware.options import Handler, Node, Options, Wrap

_KEPT = 4096
_LABELS = ("method", "route", "status")


def make(_options: Options, node: Node) -> Wrap:
    """Make the middleware."""
    metrics = node.metrics
    total = metrics.counter("wippy_http_requests_total", "HTTP requests that were answered", _LABELS)
    duration = metrics.histogram("wippy_http_request_duration_seconds", "How long HTTP requests took", _LABELS)
    in_flight = metrics.gauge("wippy_http_requests_in_flight", "HTTP requests that are being answered", _LABELS[:2])

    # PERF: to look a metric up by its labels takes the library longer than to count; 17 us for all become 3.
    @lru_cache(_KEPT)
    def running(method: str, route: str) -> Any:
        return in_flight.labels(method, route)

    @lru_cache(_KEPT)
    def answered(method: str, route: str, status: int) -> tuple[Any, Any]:
        labels = (method, route, str(status))
        return total.labels(*labels), duration.labels(*labels)

    def wrap(handler: Handler) -> Handler:
        def answer(request: falcon.Request, response: falcon.Response) -> None:
            method, route = request.method, request.uri_template or "unmatched"
            began = time.perf_counter()

            def done(status: int) -> None:
                running(method, route).dec()
                count, seconds = answered(method, route, status)
                count.inc()
                seconds.observe(time.perf_counter() - began)

            running(method, route).inc()
            try:
                handler(request, response)
            except falcon.HTTPError as error:
                done(error.status_code)
                raise
            except Exception:
                done(500)
                raise
            status = response.status_code
            if response.stream is None or hasattr(response.stream, "read"):
                done(status)  # a file: the server sends it by itself
            else:
                response.stream = _Observed(response.stream, lambda: done(status))

        return answer

    return wrap


class _Observed(Iterator[bytes]):
    """A body whose end is told, once."""

    def __init__(self, source: Any, ended: Callable[[], None]) -> None:
        self._source = source
        self._pieces: Iterator[bytes] = iter(source)
        self._ended: Callable[[], None] | None = ended

    def __next__(self) -> bytes:
        return next(self._pieces)

    def close(self) -> None:
        """End the source, and say so."""
        close = getattr(self._source, "close", None)
        if close is not None:
            close()
        ended, self._ended = self._ended, None
        if ended is not None:
            ended()
