"""The data of the HTTP entries, as `runtime.registry.decode` fills it in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from runtime.registry.decode import Duration
from runtime.registry.entry import EntryId
from runtime.supervisor.lifecycle import Lifecycle

_NONE = Duration(0.0)


@dataclass(frozen=True)
class Timeouts:
    """How long a server waits, in seconds; 0 means without end."""

    read: Duration = _NONE
    write: Duration = _NONE
    idle: Duration = _NONE


@dataclass(frozen=True)
class Tls:
    """Encryption by the server itself; certificates and keys are PEM text."""

    mode: Literal["", "auto", "manual"] = ""
    cert: str = ""
    key: str = ""
    client_auth: Literal["", "request", "require_any", "verify_if_given", "require_and_verify"] = ""
    client_ca: str = ""


@dataclass(frozen=True)
class ServiceConfig:
    """The data of http.service."""

    addr: str
    timeouts: Timeouts = Timeouts()
    tls: Tls = Tls()
    network: EntryId | None = None
    lifecycle: Lifecycle = field(default_factory=Lifecycle)


@dataclass(frozen=True)
class RouterConfig:
    """The data of http.router."""

    server: EntryId = field(metadata={"path": "meta.server"})
    prefix: str = ""
    middleware: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    post_middleware: tuple[str, ...] = ()
    post_options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class EndpointConfig:
    """The data of http.endpoint."""

    router: EntryId = field(metadata={"path": "meta.router"})
    method: str
    path: str
    func: EntryId


@dataclass(frozen=True)
class StaticOptions:
    """How static files are served; `cache` is the value of Cache-Control."""

    spa: bool = False
    index: str = ""
    cache: str = ""


@dataclass(frozen=True)
class StaticConfig:
    """The data of http.static."""

    server: EntryId = field(metadata={"path": "meta.server"})
    path: str
    fs: EntryId
    static_options: StaticOptions = StaticOptions()
    middleware: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
