"""All http.service entries of a node, each with its site and its WSGI application."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import falcon

from runtime.files.directory import Directory
from runtime.http.application import ServiceApplication
from runtime.http.endpoint import FunctionHandler
from runtime.http.middleware.frame import acting_as
from runtime.http.middleware.table import MiddlewareTable
from runtime.http.patterns import parse
from runtime.http.relay.relay import SHUTDOWN
from runtime.http.routes import Mount, Route, RouteTable
from runtime.http.site import Endpoint, Router, Site, Static, plan
from runtime.http.static import StaticFiles
from runtime.process.events import cancel_event
from runtime.registry.errors import EntryError

if TYPE_CHECKING:
    from runtime.http.routes import Handler
    from runtime.registry.entry import Entry, EntryId


class HttpServices:
    """The node's HTTP side: the kind handlers change it, the servers ask it for applications.

    `served_elsewhere`: a server around the node listens (gunicorn), so the services themselves do not.
    """

    def __init__(self, node: Any) -> None:
        self._node = node
        self._entries: dict[EntryId, tuple[Entry, Any]] = {}
        self._sites: dict[EntryId, Site] = {}
        self._applications: dict[EntryId, ServiceApplication] = {}
        self._stale = False
        self.middleware = MiddlewareTable(node)
        self.served_elsewhere = False

    @property
    def sites(self) -> dict[EntryId, Site]:
        """What is served, by the id of the service."""
        return self._sites

    def application(self, service: EntryId) -> ServiceApplication:
        """Give the WSGI application of a service; it stays the same object however its routes change."""
        return self._applications.setdefault(service, ServiceApplication(RouteTable((), ())))

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
            acting = acting_as(lambda: self._node.policies.context(security, site.entry.id))
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
            handler = FunctionHandler(endpoint.entry.id, endpoint.config.func, self._node.functions)
            routes.append(Route(endpoint.method, endpoint.pattern, before(_matched(endpoint, after(handler))), options))
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
