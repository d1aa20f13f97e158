"""Traces, as a collector that speaks OTLP over HTTP receives them."""

from __future__ import annotations

import gzip
import http.server
import threading
from typing import TYPE_CHECKING

import pytest
from gevent import socket

pytest.importorskip("opentelemetry.sdk", reason="needs OpenTelemetry: pip install 'wippy[otel]'")

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from runtime.config import Config, ConfigError
from runtime.node import Node
from runtime.registry.entry import EntryId
from runtime.tracing.settings import TraceSettings

if TYPE_CHECKING:
    from pathlib import Path

INDEX = """
namespace: app
entries:
  - {name: gateway, kind: http.service, addr: "127.0.0.1:0", lifecycle: {auto_start: true}}
  - {name: api, kind: http.router, meta: {server: gateway}, prefix: /api}
  - {name: things.get, kind: http.endpoint, meta: {router: api}, method: GET, path: "/things/{id}", func: outer}
  - {name: fails.get, kind: http.endpoint, meta: {router: api}, method: GET, path: /fails, func: fails}
  - {name: headers.get, kind: http.endpoint, meta: {router: api}, method: GET, path: /headers, func: headers}
  - {name: host, kind: process.host, lifecycle: {auto_start: true}}
  - {name: driver, kind: queue.driver.memory}
  - {name: jobs, kind: queue.queue, driver: driver}
  - {name: workers, kind: queue.consumer, queue: jobs, func: work, lifecycle: {auto_start: true}}
  - name: outer
    kind: function.lua
    modules: [funcs, queue, events]
    source: |
      return function()
          local done = require("events").subscribe("jobs"):channel()
          require("funcs").call("app:inner")
          process.exec("app:child", "app:host")
          require("queue").publish("app:jobs", {n = 1})
          done:receive()
          return "ok"
      end
  - {name: inner, kind: function.lua, source: "return function() return 1 end"}
  - {name: child, kind: process.lua, source: "return function() return 1 end"}
  - name: work
    kind: function.lua
    modules: [events]
    source: return function() require("events").send("jobs", "done", "/") end
  - {name: fails, kind: function.lua, source: "return function() error('no luck') end"}
  - name: headers
    kind: function.lua
    modules: [http, http_client]
    source: |
      local http, http_client = require("http"), require("http_client")
      return function()
          local request = http.request()
          if request:query("inner") then return request:header("Traceparent") end
          return http_client.get("http://" .. request:host() .. "/api/headers?inner=1").body
      end
"""


class Collector:
    """Takes spans in, each as a mapping with its name and ids."""

    def __init__(self) -> None:
        self.spans: list[dict[str, object]] = []
        self.service: set[str] = set()
        collector = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                assert self.path == "/v1/traces"
                collector.take(ExportTraceServiceRequest.FromString(body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Write no log."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def take(self, request: ExportTraceServiceRequest) -> None:
        for resource in request.resource_spans:
            self.service |= {
                each.value.string_value for each in resource.resource.attributes if each.key == "service.name"
            }
            for scope in resource.scope_spans:
                for span in scope.spans:
                    attributes = {each.key: each.value.string_value or each.value.int_value for each in span.attributes}
                    self.spans.append(
                        {
                            "name": span.name,
                            "id": span.span_id.hex(),
                            "parent": span.parent_span_id.hex(),
                            "trace": span.trace_id.hex(),
                            "error": span.status.message if span.status.code == 2 else "",
                            **attributes,
                        }
                    )

    def one(self, name: str) -> dict[str, object]:
        [found] = [span for span in self.spans if span["name"] == name]
        return found

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def collector():
    made = Collector()
    yield made
    made.close()


@pytest.fixture
def traced(collector, tmp_path: Path):
    """Give a function that asks the application for some paths, and ends it, which sends what is left."""

    def run(*paths: str, headers: str = "", more: str = "") -> list[str]:
        (tmp_path / "src").mkdir()
        (tmp_path / "wippy.lock").write_text("directories: {src: ./src}\n")
        (tmp_path / "src" / "_index.yaml").write_text(INDEX)
        section = f"otel: {{enabled: true, endpoint: '{collector.address}', service_name: shop{more}}}"
        (tmp_path / ".wippy.yaml").write_text(f'version: "1.0"\n{section}\n')
        node = Node.boot(tmp_path)
        node.start()
        try:
            port = node.supervisor._controllers[EntryId("app", "gateway")].service.port
            return [ask(port, path, headers) for path in paths]
        finally:
            node.stop()

    return run


def ask(port: int, path: str, headers: str) -> str:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{headers}Connection: close\r\n\r\n".encode()
        )
        received = b""
        while piece := connection.recv(65536):
            received += piece
    return received.decode().partition("\r\n\r\n")[2]


TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
INCOMING = f"traceparent: 00-{TRACE}-{PARENT}-01\r\n"


def test_a_request_and_all_that_it_leads_to_are_one_trace(traced, collector):
    assert traced("/api/things/7", headers=INCOMING) == ['"ok"']
    request = collector.one("GET /api/things/{id}")
    outer = collector.one("app:outer")
    assert (request["trace"], request["parent"]) == (TRACE, PARENT)
    assert (request["http.method"], request["http.status_code"]) == ("GET", 200)
    assert str(request["http.url"]).endswith("/api/things/7")
    assert outer["parent"] == request["id"]
    assert str(outer["process.pid"]).startswith("{app:outer#lua.")
    assert collector.one("app:inner")["parent"] == outer["id"]
    assert collector.one("app:child.started")["parent"] == outer["id"]
    assert collector.one("app:child.terminated")["parent"] == outer["id"]
    message = collector.one("app:jobs")
    assert message["parent"] == outer["id"]
    assert collector.one("app:work")["parent"] == message["id"]
    assert {span["trace"] for span in collector.spans} == {TRACE}
    assert {span["error"] for span in collector.spans} == {""}
    assert collector.service == {"shop"}


def test_what_fails_is_marked(traced, collector):
    traced("/api/fails")
    assert "no luck" in str(collector.one("app:fails")["error"])
    assert str(collector.one("GET /api/fails")["error"]).startswith("500")


def test_our_own_requests_carry_the_trace(traced, collector):
    [told] = traced("/api/headers", headers=INCOMING)
    assert f"00-{TRACE}-" in told
    outer, inner = [span for span in collector.spans if span["name"] == "app:headers"][::-1]
    assert inner["parent"] in {span["id"] for span in collector.spans if span["name"] == "GET /api/headers"}
    assert inner["trace"] == outer["trace"] == TRACE


def test_parts_can_be_switched_off(traced, collector):
    more = ", http: {enabled: false}, process: {enabled: false}, queue: {enabled: false}"
    traced("/api/things/7", more=more)
    assert {span["name"] for span in collector.spans} == {"app:outer", "app:inner", "app:work"}


def test_without_samples_nothing_is_sent(traced, collector):
    traced("/api/things/7", more=", sample_rate: 0.0")
    assert collector.spans == []


def settings(tmp_path: Path, **values: object) -> TraceSettings | None:
    return TraceSettings.of(Config.load(tmp_path, (), [f"otel.{key}={value}" for key, value in values.items()]))


def test_settings(tmp_path, monkeypatch):
    assert settings(tmp_path) is None
    assert settings(tmp_path, enabled="true", traces_enabled="false") is None
    plain = settings(tmp_path, enabled="true")
    assert plain is not None
    assert (plain.endpoint, plain.service, plain.rate) == ("http://localhost:4318/v1/traces", "wippy-runtime", 1.0)
    secure = settings(tmp_path, enabled="true", endpoint="collector:4318", insecure="false")
    assert secure is not None
    assert secure.endpoint == "https://collector:4318/v1/traces"
    monkeypatch.setenv("OTEL_SERVICE_NAME", "named")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://other:4318/")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", "0.5")
    monkeypatch.setenv("OTEL_PROPAGATORS", "tracecontext")
    given = settings(tmp_path, enabled="true", service_name="configured")
    assert given is not None
    assert (given.service, given.endpoint, given.rate) == ("named", "http://other:4318/v1/traces", 0.5)
    assert given.propagators == ("tracecontext",)
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    assert settings(tmp_path, enabled="true") is None


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"protocol": "grpc"}, "use http/protobuf"),
        ({"sample_rate": "2"}, "not from 0 to 1"),
    ],
)
def test_settings_that_cannot_be_are_refused(tmp_path, values, told):
    with pytest.raises(ConfigError, match=told):
        settings(tmp_path, enabled="true", **values)
