"""All http.service entries of a node, each with its site and its WSGI application."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import falcon

from runtime.files.directory import Directory
from runtime.http.application import ServiceApplication
from runtime.http.connection import Served, Terms
from runtime.http.departures import Departures
from runtime.http.endpoint import FunctionHandler
from runtime.http.middleware.frame import acting_as
from runtime.http.middleware.table import MiddlewareTable
from runtime.http.patterns import parse
from runtime.http.relay.relay import SHUTDOWN
from runtime.http.routes import Mount, Route, RouteTable
from runtime.http.settings import Settings
from runtime.http.site import Endpoint, Router, Site, Static, plan
from runtime.http.static import StaticFiles
from runtime.http.tls import context_of
from runtime.process.events import cancel_event
from runtime.registry.errors import EntryError

if TYPE_CHECKING:
    from gunicorn.config import Config

    from runtime.http.routes import Handler
    from runtime.process.context import CallContext
    from runtime.registry.entry import Entry, EntryId
    from runtime.supervisor.lifecycle import Security


class HttpServices:
    """The node's HTTP side: the kind handlers change it, the servers ask it for applications.

    `bound`: the services for which a server around the node listens (gunicorn), so that they do not themselves.
    `shares_ports`: other processes serve the same application, and may listen at the same addresses.
    """

    def __init__(self, node: Any) -> None:
        self._node = node
        self._entries: dict[EntryId, tuple[Entry, Any]] = {}
        self._sites: dict[EntryId, Site] = {}
        self._applications: dict[EntryId, ServiceApplication] = {}
        self._stale = False
        self._departures = Departures()
        self.middleware = MiddlewareTable(node)
        self.bound: frozenset[EntryId] = frozenset()
        self.shares_ports = False

    @property
    def sites(self) -> dict[EntryId, Site]:
        """What is served, by the id of the service."""
        return self._sites

    def application(self, service: EntryId) -> ServiceApplication:
        """Give the WSGI application of a service; it stays the same object however its routes change."""
        return self._applications.setdefault(service, ServiceApplication(RouteTable((), ())))

    def served(self, service: EntryId, parsing: Config) -> Served:
        """Give what a listener serves for a service."""
        return Served(str(service), self.application(service), lambda: self._terms(service), Settings(parsing))

    def _terms(self, service: EntryId) -> Terms:
        site = self._sites.get(service)
        if site is None:
            return Terms()
        timeouts = site.config.timeouts
        return Terms(timeouts.read, timeouts.write, timeouts.idle, context_of(site.config.tls))

    def close_connections(self, service: EntryId | None = None) -> None:
        """Ask the clients that are connected as processes to go, of one service or of all."""
        for id_ in self._sites if service is None else (service,):
            for process in self._node.processes.on_host(id_):
                process.deliver(cancel_event(None, SHUTDOWN))

    def put(self, entry: Entry, config: Any) -> None:
        """Take in an entry, or its new form; nothing is served differently before `commit`."""
        self._entries[entry.id] = (entry, config)
        self._stale = True

    def drop(self, entry: Entry) -> None:
        """Let go of an entry; nothing is served differently before `commit`."""
        self._entries.pop(entry.id, None)
        self.middleware.forget(entry)
        self._stale = True

    def commit(self) -> None:
        """Serve the entries as they are now from the next request on; raise EntryError, nothing being changed."""
        if not self._stale:
            return
        made = plan(self._entries)
        tables = {} if made.refusals else {id_: self._table(site, made.refusals) for id_, site in made.sites.items()}
        if made.refusals:
            first, *others = made.refusals
            first.more = (*first.more, *others)
            raise first
        for id_, table in tables.items():
            self.application(id_).replace(table)
        for gone in self._applications.keys() - tables.keys():
            del self._applications[gone]
        self._sites = made.sites
        self._stale = False

    def _table(self, site: Site, refusals: list[EntryError]) -> RouteTable:
        routes: list[Route] = []
        mounts: list[Mount] = []
        for router in site.routers:
            endpoints = [endpoint for endpoint in site.endpoints if endpoint.router is router]
            try:
                routes += self._routes(router, endpoints)
            except EntryError as error:
                refusals.append(error)
        for static in site.statics:
            try:
                mounts.append(self._mount(static))
            except EntryError as error:
                refusals.append(error)
        return self._acting(site, routes, mounts)

    def _acting(self, site: Site, routes: list[Route], mounts: list[Mount]) -> RouteTable:
        """Let all that a service serves begin with the identity and the rights of its `lifecycle.security`."""
        security = site.config.lifecycle.security
        if security is not None:
            acting = acting_as(Baseline(self._node, security, site.entry.id).context)
            routes = [replace(each, handler=acting(each.handler), options=acting(each.options)) for each in routes]
            mounts = [replace(each, handler=acting(each.handler)) for each in mounts]
        return RouteTable(routes, mounts)

    def _routes(self, router: Router, endpoints: list[Endpoint]) -> list[Route]:
        entry, config = router.entry, router.config
        before = self.middleware.wrap(entry, "middleware", config.middleware, config.options)
        after = self.middleware.wrap(entry, "post_middleware", config.post_middleware, config.post_options)
        options = before(_no_content)
        routes = []
        for endpoint in endpoints:
            handler = FunctionHandler(endpoint.entry.id, endpoint.config.func, self._node.functions, self._departures)
            handle = before(_matched(endpoint, after(handler)))
            if self._node.tracing is not None:
                handle = self._node.tracing.around(endpoint.pattern.text, handle)
            routes.append(Route(endpoint.method, endpoint.pattern, handle, options))
        return routes

    def _mount(self, static: Static) -> Mount:
        config, options = static.config, static.config.static_options
        try:
            volume = self._node.resources.get(config.fs)
        except Exception as missing:
            raise EntryError(
                static.entry, "fs", f"there is no filesystem {config.fs}", "name an fs.directory"
            ) from missing
        if not isinstance(volume, Directory):
            raise EntryError(static.entry, "fs", f"{config.fs} is not a filesystem", "name an fs.directory")
        files = StaticFiles(static.path, volume, spa=options.spa, index=options.index, cache=options.cache)
        wrap = self.middleware.wrap(static.entry, "middleware", config.middleware, config.options)
        return Mount(parse(static.path), wrap(files))


class Baseline:
    """The context that requests begin with: made anew when the registry, and so perhaps a policy, has changed."""

    def __init__(self, node: Any, security: Security, service: EntryId) -> None:
        self._node = node
        self._security = security
        self._service = service
        self._known: tuple[int, CallContext] | None = None

    def context(self) -> CallContext:
        """Give the context."""
        version = self._node.registry.version
        if self._known is None or self._known[0] != version:
            self._known = version, self._node.policies.context(self._security, self._service)
        return self._known[1]


def _matched(endpoint: Endpoint, handler: Handler) -> Handler:
    """Tell the middleware that comes after the match which endpoint was chosen."""
    name, service = str(endpoint.entry.id), endpoint.router.config.server

    def answer(request: falcon.Request, response: falcon.Response) -> None:
        request.context.endpoint = name
        request.context.service = service
        handler(request, response)

    return answer


def _no_content(_request: falcon.Request, response: falcon.Response) -> None:
    response.status = falcon.HTTP_204
