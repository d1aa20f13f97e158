"""The routing table of one http.service: which responder answers a method and a path.

Falcon's compiled router does the matching. What is ours, because Falcon's rules differ from the specified ones: each
method has its own, so that "GET /users/{id}" answers beside "POST /users/new", and patterns with a tail are asked after
the others, the longest first.
"""

from __future__ import annotations

import posixpath
import urllib.parse
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import falcon
from falcon.routing import CompiledRouter
from falcon.routing.converters import BaseConverter

if TYPE_CHECKING:
    from runtime.http.patterns import Pattern

Handler: TypeAlias = Callable[[falcon.Request, falcon.Response], None]
# What Falcon's application takes from a router: resource, responders by method, arguments for the responder, template.
Found: TypeAlias = "tuple[object, Mapping[str, Callable[..., None]], dict[str, Any], str | None]"

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


@dataclass(frozen=True)
class Route:
    """One method and path. `handler` and `options` (for the automatic OPTIONS) are wrapped in middleware already."""

    method: str
    pattern: Pattern
    handler: Handler
    options: Handler


@dataclass(frozen=True)
class Mount:
    """A handler for every method and every path below a pattern: what http.static makes."""

    pattern: Pattern
    handler: Handler


class _Segment(BaseConverter):
    """Accepts every segment but the empty one."""

    def convert(self, value: str) -> str | None:
        return value or None


class _Matcher:
    """Falcon's compiled router over patterns; values are whatever they were added with."""

    def __init__(self) -> None:
        self._router = CompiledRouter()
        self._router.options.converters["segment"] = _Segment

    def add(self, pattern: Pattern, value: Route | Mount) -> None:
        self._router.add_route(pattern.template(), value)

    def find(self, path: str) -> tuple[Any, dict[str, str]] | None:
        found = self._router.find(path)
        if found is None:
            return None
        value, _, captured, _ = found
        return value, captured


class RouteTable:
    """Finds the responder of a request; the router of a Falcon application.

    A path is looked up among the routes of the method without a tail, then among those with one and the mounts, longest
    first. HEAD falls back to GET. A path that only other methods know gives 405 with Allow, and OPTIONS on it 204; one
    that is not clean redirects.
    """

    def __init__(self, routes: Iterable[Route], mounts: Iterable[Mount]) -> None:
        exact: dict[str, _Matcher] = defaultdict(_Matcher)
        tails: dict[str, dict[int, _Matcher]] = defaultdict(lambda: defaultdict(_Matcher))
        below: dict[int, _Matcher] = defaultdict(_Matcher)
        for route in routes:
            pattern = route.pattern
            matcher = tails[route.method][len(pattern.segments)] if pattern.tail else exact[route.method]
            matcher.add(pattern, route)
        for mount in mounts:
            below[len(mount.pattern.segments)].add(mount.pattern, mount)
        self._methods = [method for method in METHODS if method in exact or method in tails]
        self._exact = dict(exact)
        self._mounts = _longest_first(below)
        self._tails = {method: _longest_first(found, below) for method, found in tails.items()}

    def find(self, uri: str, req: falcon.Request | None = None) -> Found | None:
        """Find the responder; the interface that Falcon's application asks (falcon.routing, custom routers)."""
        path = req.env["PATH_INFO"] if req is not None else uri
        method = req.method if req is not None else "GET"
        clean = _clean(path)
        if clean != path:
            return self._redirect(clean, req) if self._answers(clean) else None
        match = self._match(method, path)
        if method == "HEAD" and (match is None or isinstance(match[0], Mount)):
            match = self._match("GET", path)
        if match is not None and isinstance(match[0], Route):
            return _route(match[0], match[1], method)
        known = self._other_routes(path, above=match[2] if match is not None else -1)
        if known:
            return _other_method(method, known)
        if match is None:
            return None
        mount = match[0]
        return mount, {method: mount.handler}, {}, mount.pattern.text

    def _match(self, method: str, path: str) -> tuple[Route | Mount, dict[str, str], int] | None:
        """Find the route or mount of a path; the number is how many segments it names, a large one without tail."""
        exact = self._exact.get(method)
        found = exact.find(path) if exact is not None else None
        if found is not None:
            return found[0], found[1], _EXACT
        for depth, tail in self._tails.get(method, self._mounts):
            found = tail.find(path)
            if found is None and not path.endswith("/"):
                found = tail.find(path + "/")
            if found is not None:
                return found[0], found[1], depth
        return None

    def _other_routes(self, path: str, above: int) -> dict[str, Route]:
        """Give, by method, the routes that know a path and name more of it than a mount with `above` segments does."""
        known = {}
        for method in self._methods:
            match = self._match(method, path)
            if match is not None and isinstance(match[0], Route) and match[2] > above:
                known[method] = match[0]
        return known

    def _answers(self, path: str) -> bool:
        return any(self._match(method, path) is not None for method in (self._methods or ["GET"]))

    def _redirect(self, clean: str, req: falcon.Request | None) -> Found:
        location = urllib.parse.quote(clean, safe="/:@!$&'()*+,;=~", encoding="latin-1")
        query = req.query_string if req is not None else ""

        def redirect(_req: falcon.Request, resp: falcon.Response) -> None:
            resp.status = falcon.HTTP_301
            resp.set_header("Location", f"{location}?{query}" if query else location)

        return _responder(self, req.method if req is not None else "GET", redirect)


_EXACT = 1 << 30


def _longest_first(*found: Mapping[int, _Matcher]) -> list[tuple[int, _Matcher]]:
    """List matchers with the number of segments that their patterns name; the first given wins."""
    pairs = [(depth, matcher) for matchers in found for depth, matcher in matchers.items()]
    return sorted(pairs, key=lambda pair: -pair[0])


def _clean(path: str) -> str:
    """Give a path without empty segments, "." and ".."; a slash at its end stays."""
    if "//" not in path and "/." not in path and path.startswith("/"):
        return path
    clean = posixpath.normpath("/" + path.lstrip("/"))
    return clean + "/" if path.endswith(("/", "/.", "/..")) and clean != "/" else clean


def _route(route: Route, captured: dict[str, str], method: str) -> Found:
    captured.pop("tail", None)
    values = route.pattern.captured(captured) if captured else {}

    def respond(req: falcon.Request, resp: falcon.Response) -> None:
        req.context.params = values
        route.handler(req, resp)

    return route, {method: respond}, {}, route.pattern.text


def _responder(resource: object, method: str, handler: Handler) -> Found:
    return resource, {method: handler}, {}, None


def _other_method(method: str, known: dict[str, Route]) -> Found:
    """Answer a method that no route of the path has: OPTIONS by itself, any other by 405."""
    allowed = {*known, "OPTIONS", *(("HEAD",) if "GET" in known else ())}
    allow = [name for name in METHODS if name in allowed]
    route = next(iter(known.values()))

    def options(req: falcon.Request, resp: falcon.Response) -> None:
        resp.set_header("Allow", ", ".join(allow))
        route.options(req, resp)

    def refuse(_req: falcon.Request, _resp: falcon.Response) -> None:
        raise falcon.HTTPMethodNotAllowed(allow)

    return _responder(route, method, options if method == "OPTIONS" else refuse)
