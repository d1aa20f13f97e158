"""What a node tells OpenTelemetry: a span for each request, call, message, and for the beginning and end of processes.

The context of a span travels with the context of calls, under a name of its own in `carried`; nothing here depends on
what is current for a thread, for all processes share one.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from opentelemetry import trace
from opentelemetry.baggage.propagation import W3CBaggagePropagator
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.propagators.composite import CompositePropagator
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from runtime.http.middleware.frame import frame_of
from runtime.offload import offload
from runtime.process.events import error_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, MutableMapping

    import falcon
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span

    from runtime.functions.call import Invocation, Proceed, Running
    from runtime.http.middleware.options import Handler
    from runtime.process.completion import Outcome
    from runtime.process.context import CallContext
    from runtime.process.process import Process
    from runtime.tracing.settings import TraceSettings

CARRIED = "otel.context"
_PATIENCE = 5  # seconds that the collector has to take a batch
_PROPAGATORS: dict[str, Any] = {"tracecontext": TraceContextTextMapPropagator, "baggage": W3CBaggagePropagator}


class Tracing:
    """The tracer of a node."""

    def __init__(self, settings: TraceSettings, exporter: SpanExporter | None = None) -> None:
        self.settings = settings
        attributes = {"service.name": settings.service}
        if settings.version:
            attributes["service.version"] = settings.version
        self._provider = TracerProvider(
            sampler=ParentBased(TraceIdRatioBased(settings.rate)),
            resource=Resource.create(attributes),
            shutdown_on_exit=False,
        )
        self._provider.add_span_processor(
            BatchSpanProcessor(exporter or OTLPSpanExporter(settings.endpoint, timeout=_PATIENCE))
        )
        self._tracer = self._provider.get_tracer("wippy")
        self._propagator = CompositePropagator([_PROPAGATORS[name]() for name in settings.propagators])
        logging.getLogger("urllib3").setLevel(logging.WARNING)

    def close(self) -> None:
        """Send what is left; may wait."""
        offload(self._provider.shutdown)

    # --- calls --------------------------------------------------------------------------------------------------------

    def intercept(self, invocation: Invocation, proceed: Proceed) -> Running:
        """Put a span around a call of a function."""
        span = self._begin(str(invocation.target), parent_of(invocation.context))
        span.set_attribute("frame.id", str(invocation.target))
        try:
            running = proceed(replace(invocation, context=within(invocation.context, span)))
        except Exception as error:
            _end(span, str(error))
            raise
        pid = getattr(running, "pid", None)
        if pid is not None:
            span.set_attribute("process.pid", str(pid))
        running.completion.listen(lambda outcome: _end(span, _told(outcome)))
        return running

    # --- requests -----------------------------------------------------------------------------------------------------

    def around(self, route: str, handler: Handler) -> Handler:
        """Put a span around the handling of requests; `route` is the pattern of their path."""
        if not self.settings.http:
            return handler

        def answer(request: falcon.Request, response: falcon.Response) -> None:
            frame = frame_of(request)
            headers = {name.lower(): value for name, value in request.headers.items()}
            parent = self._propagator.extract(headers) if self.settings.extract else parent_of(frame)
            span = self._begin(f"{request.method} {route}", parent, SpanKind.SERVER)
            span.set_attributes({"http.method": request.method, "http.url": request.url, "http.host": request.host})
            request.context.call = within(frame, span)
            try:
                handler(request, response)
            except Exception as error:
                _end(span, str(error))
                raise
            span.set_attribute("http.status_code", response.status_code)
            _end(span, str(response.status) if response.status_code >= 500 else None)

        return answer

    # --- processes ----------------------------------------------------------------------------------------------------

    def started(self, process: Process) -> None:
        """Tell of the beginning of a process, and of its end when it comes."""
        if not self.settings.process:
            return
        self._note(process, "started", None)
        process.completion.listen(lambda outcome: self._note(process, "terminated", _told(outcome)))

    def _note(self, process: Process, what: str, told: str | None) -> None:
        span = self._begin(f"{process.source}.{what}", parent_of(process.context))
        span.set_attribute("process.pid", str(process.pid))
        _end(span, told)

    # --- messages of queues and requests of our own -------------------------------------------------------------------

    def inject(self, context: CallContext, headers: MutableMapping[str, Any]) -> None:
        """Write the context of a call into headers."""
        self._propagator.inject(headers, parent_of(context))

    @contextmanager
    def handling(self, queue: str, headers: Mapping[str, object], context: CallContext) -> Iterator[CallContext]:
        """Put a span around the handling of a message, and give the context to handle it in."""
        parent = self._propagator.extract({name: str(value) for name, value in headers.items()})
        span = self._begin(queue, parent, SpanKind.CONSUMER)
        try:
            yield within(context, span)
        except BaseException as error:
            _end(span, str(error) or type(error).__name__)
            raise
        _end(span, None)

    def _begin(self, name: str, parent: Context, kind: SpanKind = SpanKind.INTERNAL) -> Span:
        return self._tracer.start_span(name, parent, kind)


def parent_of(context: CallContext) -> Context:
    """Give the span that a call belongs to; an empty context where there is none."""
    found = context.carried.get(CARRIED)
    return found if isinstance(found, Context) else Context()


def within(context: CallContext, span: Span) -> CallContext:
    """Give the context of what belongs to a span."""
    carried = trace.set_span_in_context(span, parent_of(context))
    return replace(context, carried={**context.carried, CARRIED: carried})


def _told(outcome: Outcome) -> str | None:
    error = error_of(outcome)
    return None if error is None else error.full_text()


def _end(span: Span, told: str | None) -> None:
    if told is not None:
        span.set_status(Status(StatusCode.ERROR, told))
    span.end()
