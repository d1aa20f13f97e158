"""Counters and histograms of a node, and their exposition in the format of Prometheus."""

from __future__ import annotations

import logging
from functools import cached_property
from typing import TYPE_CHECKING, Any

from runtime.http.address import Address
from runtime.http.server import listening_socket
from runtime.metrics.collector import Collector
from runtime.supervisor.service import ServiceError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gevent.pywsgi import WSGIServer
    from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

log = logging.getLogger("wippy.metrics")


class Metrics:
    """The metrics of a node by name; asking for one that is there gives the same.

    PERF: the client library takes 65 ms to load, so it is loaded by the first use.
    """

    def __init__(self) -> None:
        # What applications count by the module `metrics`: with labels as they come, which the client library refuses.
        self.of_applications = Collector()
        self._known: dict[str, Any] = {}
        self._server: WSGIServer | None = None

    @cached_property
    def registry(self) -> CollectorRegistry:
        """What holds them all."""
        from prometheus_client import CollectorRegistry

        return CollectorRegistry()

    def counter(self, name: str, help_: str, labels: Sequence[str] = ()) -> Counter:
        """Give a counter."""
        made: Counter = self._get("Counter", name, help_, labels)
        return made

    def gauge(self, name: str, help_: str, labels: Sequence[str] = ()) -> Gauge:
        """Give a gauge."""
        made: Gauge = self._get("Gauge", name, help_, labels)
        return made

    def histogram(self, name: str, help_: str, labels: Sequence[str] = ()) -> Histogram:
        """Give a histogram with the usual buckets, in seconds."""
        made: Histogram = self._get("Histogram", name, help_, labels)
        return made

    def _get(self, kind: str, name: str, help_: str, labels: Sequence[str]) -> Any:
        import prometheus_client

        if name not in self._known:
            self._known[name] = getattr(prometheus_client, kind)(name, help_, labels, registry=self.registry)
        return self._known[name]

    def serve(self, text: str) -> None:
        """Answer GET /metrics at an address; with several workers only the first has the port, which the log says."""
        from gevent.pywsgi import WSGIServer

        address = Address.parse(text)

        def answer(environ: dict[str, Any], start_response: Any) -> Any:
            if environ.get("PATH_INFO") != "/metrics":
                start_response("404 Not Found", [("Content-Type", "text/plain; charset=utf-8")])
                return [b"404 Not Found\n"]
            start_response("200 OK", [("Content-Type", "text/plain; version=0.0.4; charset=utf-8")])
            return [self.text().encode()]

        try:
            listener = listening_socket(address)
        except ServiceError as error:
            log.warning("metrics are not served: %s", error)
            return
        self._server = server = WSGIServer(listener, answer, log=None, error_log=log)
        server.start()
        log.info("metrics are at http://%s/metrics", Address(address.host, server.server_port or address.port))

    def text(self) -> str:
        """Write all metrics for Prometheus."""
        from prometheus_client import generate_latest

        return generate_latest(self.registry).decode() + self.of_applications.text()

    @property
    def port(self) -> int:
        """The port at which metrics are served; 0 when they are not."""
        return self._server.server_port or 0 if self._server is not None else 0

    def close(self) -> None:
        """End the exposition."""
        server, self._server = self._server, None
        if server is not None:
            server.stop(timeout=0)
