"""The site of one http.service: the routers, endpoints and static files that name it, checked against each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Any

from runtime.http.address import Address
from runtime.http.config import EndpointConfig, RouterConfig, ServiceConfig, StaticConfig
from runtime.http.patterns import Pattern, PatternError, conflict, parse
from runtime.registry.errors import EntryError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from runtime.registry.entry import Entry, EntryId


@dataclass(frozen=True)
class Endpoint:
    """An endpoint in its place: the pattern has the prefix of the router in front."""

    entry: Entry
    config: EndpointConfig
    router: Router
    pattern: Pattern

    @property
    def method(self) -> str:
        """The method in capitals."""
        return self.config.method.upper()

    def __str__(self) -> str:
        return f"{self.method} {self.pattern.text} of {self.entry.id}"


@dataclass(frozen=True)
class Router:
    """A router; its prefix has no slash at its end and is empty for the root."""

    entry: Entry
    config: RouterConfig

    @property
    def prefix(self) -> str:
        """What stands in front of the path of every endpoint."""
        return self.config.prefix.rstrip("/")


@dataclass(frozen=True)
class Static:
    """Static files and the path below which they are, with a slash at its end."""

    entry: Entry
    config: StaticConfig

    @property
    def path(self) -> str:
        """Where the files are."""
        return self.config.path.rstrip("/") + "/"


@dataclass
class Site:
    """What one http.service serves."""

    entry: Entry
    config: ServiceConfig
    routers: list[Router] = field(default_factory=list)
    endpoints: list[Endpoint] = field(default_factory=list)
    statics: list[Static] = field(default_factory=list)

    @property
    def address(self) -> Address:
        """Where the service listens."""
        return Address.parse(self.config.addr)

    @property
    def url(self) -> str:
        """The address as a browser on this machine would open it."""
        return self.address.url("https" if self.config.tls.mode else "http")

    def contradictions(self) -> Iterator[EntryError]:
        """Find the entries that would answer the same requests, where no rule says which of them does."""
        for first, second in combinations(self.routers, 2):
            if first.prefix == second.prefix:
                both = f"{first.entry.id} and {second.entry.id} both have the prefix {first.prefix or '/'!r}"
                remedy = "give each router its own, or use one router"
                yield EntryError(second.entry, "prefix", f"{both} on {self.entry.id}", remedy)
        for one, other in combinations(self.statics, 2):
            if one.path == other.path:
                reason = f"{one.entry.id} and {other.entry.id} both serve {one.path!r} on {self.entry.id}"
                yield EntryError(other.entry, "path", reason, "choose another path for one of them")
        for group in _alike(self.endpoints):
            for endpoint, rival in combinations(group, 2):
                if conflict(endpoint.pattern, rival.pattern):
                    yield EntryError(
                        rival.entry,
                        "path",
                        f"{rival} conflicts with {endpoint}",
                        "change one of them so that no path matches both, or so that one is more specific",
                    )


def _alike(endpoints: Collection[Endpoint]) -> Collection[list[Endpoint]]:
    """Group the endpoints that could be in conflict at all: same method, same number of segments."""
    groups: dict[tuple[str, bool, int], list[Endpoint]] = {}
    for endpoint in endpoints:
        pattern = endpoint.pattern
        groups.setdefault((endpoint.method, pattern.tail, len(pattern.segments)), []).append(endpoint)
    return groups.values()


@dataclass
class Plan:
    """The sites that a set of entries makes, by the id of their service, and why some entries cannot be part of one."""

    sites: dict[EntryId, Site] = field(default_factory=dict)
    refusals: list[EntryError] = field(default_factory=list)


def plan(entries: Mapping[EntryId, tuple[Entry, Any]]) -> Plan:
    """Sort entries with their configs into sites."""
    made = Plan()
    for entry, config in entries.values():
        if isinstance(config, ServiceConfig):
            made.sites[entry.id] = Site(entry, config)
    routers: dict[EntryId, Router] = {}
    for entry, config in entries.values():
        if isinstance(config, (RouterConfig, StaticConfig)):
            site = made.sites.get(config.server)
            if site is None:
                made.refusals.append(_missing(entry, "meta.server", "http.service", config.server))
            elif isinstance(config, RouterConfig):
                routers[entry.id] = Router(entry, config)
                site.routers.append(routers[entry.id])
            else:
                site.statics.append(Static(entry, config))
    for entry, config in entries.values():
        if isinstance(config, EndpointConfig):
            _place(made, entry, config, routers)
    made.refusals.extend(error for site in made.sites.values() for error in site.contradictions())
    return made


def _place(made: Plan, entry: Entry, config: EndpointConfig, routers: Mapping[EntryId, Router]) -> None:
    router = routers.get(config.router)
    if router is None:
        made.refusals.append(_missing(entry, "meta.router", "http.router", config.router))
        return
    try:
        pattern = parse(router.prefix + config.path)
    except PatternError as error:
        made.refusals.append(refusal(entry, "path", error))
        return
    made.sites[router.config.server].endpoints.append(Endpoint(entry, config, router, pattern))


def refusal(entry: Entry, field_name: str, error: ValueError) -> EntryError:
    """Make the refusal of an entry from an error whose text is "reason; remedy"."""
    reason, _, remedy = str(error).partition("; ")
    return EntryError(entry, field_name, reason, remedy)


def _missing(entry: Entry, field_name: str, kind: str, wanted: EntryId) -> EntryError:
    return EntryError(
        entry, field_name, f"there is no {kind} {wanted}", f"declare it, or name the {kind} that is meant"
    )
