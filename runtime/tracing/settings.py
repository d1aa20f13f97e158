"""The section `otel` of the configuration, and the variables of the environment that OpenTelemetry's tools heed."""

from __future__ import annotations

import importlib.util
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime.config import ConfigError

if TYPE_CHECKING:
    from runtime.config import Config

PROPAGATORS = ("tracecontext", "baggage")


@dataclass(frozen=True)
class TraceSettings:
    """What is traced and where traces go; `endpoint` is a whole URL."""

    endpoint: str
    service: str = "wippy-runtime"
    version: str = ""
    rate: float = 1.0
    propagators: tuple[str, ...] = PROPAGATORS
    http: bool = True
    extract: bool = True
    inject: bool = True
    process: bool = True
    queue: bool = True
    functions: bool = True
    order: int = 100

    @classmethod
    def of(cls, config: Config) -> TraceSettings | None:
        """Read the configuration; None when nothing is to be traced, ConfigError for what cannot be done."""
        env = os.environ
        wanted = config.flag("otel.enabled", default=False) and config.flag("otel.traces_enabled", default=True)
        if not wanted or env.get("OTEL_SDK_DISABLED", "").lower() == "true":
            return None
        if importlib.util.find_spec("opentelemetry.exporter") is None:
            raise ConfigError("otel.enabled: traces need OpenTelemetry: pip install 'wippy[otel]'")
        protocol = env.get("OTEL_EXPORTER_OTLP_PROTOCOL") or config.text("otel.protocol", "http/protobuf")
        if protocol != "http/protobuf":
            raise ConfigError(f"otel.protocol: '{protocol}' is not available; use http/protobuf")
        insecure = config.flag("otel.insecure", default=True)
        endpoint = env.get("OTEL_EXPORTER_OTLP_ENDPOINT") or config.text("otel.endpoint", "localhost:4318")
        return cls(
            endpoint=_url(endpoint, insecure=insecure),
            service=env.get("OTEL_SERVICE_NAME") or config.text("otel.service_name", cls.service),
            version=env.get("OTEL_SERVICE_VERSION") or config.text("otel.service_version", ""),
            rate=_rate(env.get("OTEL_TRACES_SAMPLER_ARG"), config.number("otel.sample_rate", 1.0)),
            propagators=_propagators(env.get("OTEL_PROPAGATORS"), config.texts("otel.propagators")),
            http=config.flag("otel.http.enabled", default=True),
            extract=config.flag("otel.http.extract_headers", default=True),
            inject=config.flag("otel.http.inject_headers", default=True),
            process=config.flag("otel.process.enabled", default=True)
            and config.flag("otel.process.trace_lifecycle", default=True),
            queue=config.flag("otel.queue.enabled", default=True),
            functions=config.flag("otel.interceptor.enabled", default=True),
            order=config.integer("otel.interceptor.order", 100),
        )


def _url(endpoint: str, *, insecure: bool) -> str:
    text = endpoint if "://" in endpoint else f"{'http' if insecure else 'https'}://{endpoint}"
    return f"{text.rstrip('/')}/v1/traces"


def _rate(given: str | None, configured: float) -> float:
    try:
        rate = float(given) if given else configured
    except ValueError:
        raise ConfigError(f"OTEL_TRACES_SAMPLER_ARG: '{given}' is no number from 0 to 1") from None
    if not 0 <= rate <= 1:
        raise ConfigError(f"otel.sample_rate: {rate:g} is not from 0 to 1")
    return rate


def _propagators(given: str | None, configured: list[str]) -> tuple[str, ...]:
    wanted = tuple(name.strip() for name in given.split(",")) if given else tuple(configured) or PROPAGATORS
    unknown = [name for name in wanted if name not in PROPAGATORS]
    if unknown:
        raise ConfigError(f"otel.propagators: '{unknown[0]}' is not available; there are {' and '.join(PROPAGATORS)}")
    return wanted
