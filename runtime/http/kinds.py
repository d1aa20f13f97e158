"""The kinds http.service, http.router, http.endpoint and http.static."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from runtime.http.address import Address
from runtime.http.config import EndpointConfig, RouterConfig, ServiceConfig, StaticConfig
from runtime.http.patterns import parse
from runtime.http.routes import METHODS
from runtime.http.server import HttpServer
from runtime.http.site import refusal
from runtime.http.tls import TlsError, context_of
from runtime.registry.errors import EntryError
from runtime.registry.kinds import Config, KindHandler

if TYPE_CHECKING:
    from runtime.http.services import HttpServices
    from runtime.registry.entry import Entry


class _HttpKind(KindHandler):
    """Hands entries to the node's HttpServices, which judges and serves them together once the transaction is whole."""

    @property
    def http(self) -> HttpServices:
        services: HttpServices = self.node.http
        return services

    def create(self, entry: Entry, config: Config) -> None:
        """Take the entry in."""
        self.http.put(entry, config)

    def update(self, _old: Entry, new: Entry, config: Config) -> None:
        """Take the entry's new form in."""
        self.http.put(new, config)

    def delete(self, entry: Entry) -> None:
        """Let go of the entry."""
        self.http.drop(entry)

    def commit(self) -> None:
        """Serve the entries as they are now; the first HTTP handler of a transaction does it for all."""
        self.http.commit()


class ServiceKind(_HttpKind):
    """Runs http.service: a listening server, supervised."""

    kinds: ClassVar[tuple[str, ...]] = ("http.service",)
    config: ClassVar[type] = ServiceConfig

    def check(self, entry: Entry, config: ServiceConfig) -> None:
        """Refuse an address that cannot be listened on, and what is not available yet rather than serve without it."""
        try:
            Address.parse(config.addr)
        except ValueError as error:
            raise refusal(entry, "addr", error) from None
        try:
            context_of(config.tls)
        except TlsError as error:
            raise EntryError(entry, f"tls.{error.field}", error.reason, error.remedy) from None
        if config.network is not None:
            raise EntryError(entry, "network", "network overlays are not available", "remove `network:`")

    def create(self, entry: Entry, config: ServiceConfig) -> None:
        """Add the server to the supervisor, which starts it."""
        super().create(entry, config)
        self.node.supervisor.add(HttpServer(entry.id, config, self.http))

    def update(self, old: Entry, new: Entry, config: ServiceConfig) -> None:
        """Take over new settings; the address of a server stays as long as it lives."""
        if old.lookup("addr") != new.lookup("addr"):
            raise EntryError(
                new, "addr", "the address of an http.service cannot change", "delete the entry and create it anew"
            )
        super().update(old, new, config)

    def delete(self, entry: Entry) -> None:
        """Stop the server."""
        self.node.supervisor.remove(entry.id)
        super().delete(entry)


class RouterKind(_HttpKind):
    """Runs http.router: a prefix with middleware for its endpoints."""

    kinds: ClassVar[tuple[str, ...]] = ("http.router",)
    config: ClassVar[type] = RouterConfig

    def check(self, entry: Entry, config: RouterConfig) -> None:
        """Refuse a prefix that is no path."""
        if config.prefix.rstrip("/"):
            _check_path(entry, "prefix", config.prefix.rstrip("/"))


class EndpointKind(_HttpKind):
    """Runs http.endpoint: one method and path, answered by a function."""

    kinds: ClassVar[tuple[str, ...]] = ("http.endpoint",)
    config: ClassVar[type] = EndpointConfig

    def check(self, entry: Entry, config: EndpointConfig) -> None:
        """Refuse an unknown method and a path that is no pattern."""
        if config.method.upper() not in METHODS:
            raise EntryError(
                entry, "method", f"unknown HTTP method {config.method!r}", f"use one of {', '.join(METHODS)}"
            )
        _check_path(entry, "path", config.path)


class StaticKind(_HttpKind):
    """Runs http.static: the files of a volume below a path."""

    kinds: ClassVar[tuple[str, ...]] = ("http.static",)
    config: ClassVar[type] = StaticConfig

    def check(self, entry: Entry, config: StaticConfig) -> None:
        """Refuse a path that is not a plain one, and a single-page application without its page."""
        path = config.path.rstrip("/") + "/"
        _check_path(entry, "path", path if config.path.startswith("/") else config.path)
        if parse(path).names or "{" in path:
            raise EntryError(entry, "path", "static files cannot have parameters in their path", "use a plain path")
        if config.static_options.spa and not config.static_options.index:
            raise EntryError(entry, "static_options.index", "spa needs an index file", "add `index: index.html`")


def _check_path(entry: Entry, field: str, path: str) -> None:
    try:
        parse(path)
    except ValueError as error:
        raise refusal(entry, field, error) from None
