"""Where the http.service entries of a project listen, found out before there is a node."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime.env.preview import with_variables
from runtime.http.address import Address
from runtime.http.boot import ListenError
from runtime.http.config import ServiceConfig
from runtime.registry.decode import decode
from runtime.registry.entry import EntryId
from runtime.registry.placeholders import has_placeholders

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runtime.project import Project
    from runtime.registry.entry import Entry
    from runtime.registry.placeholders import Lookup

_KIND = "http.service"


@dataclass(frozen=True)
class Place:
    """A service, or what else listens, and its address; `secure` with TLS."""

    name: str
    address: Address
    secure: bool = False

    @property
    def url(self) -> str:
        """The address as a browser on this machine would open it."""
        return self.address.url("https" if self.secure else "http")


def places_of(project: Project, entries: Sequence[Entry], bind: str = "", admin: str = "") -> list[Place]:
    """Find what listens where, the admin address last; `bind` takes the place of the address of a single service.

    Raise ListenError for what cannot be, EntryError or Failure for entries that are wrong.
    """
    services = [entry for entry in entries if entry.kind == _KIND]
    if not services:
        raise ListenError(
            "the project has no http.service entry, so there is nothing to serve; add one, or use `wippy run`"
        )
    if bind and len(services) > 1:
        names = ", ".join(str(entry.id) for entry in services)
        raise ListenError(
            f"--bind needs exactly one http.service, but there are {len(services)}: {names}; set their `addr`"
        )
    # Only the text is asked for in the other process: what a config holds may be secret.
    if any(has_placeholders(entry.data) for entry in services):
        told = with_variables(project, entries, lambda lookup: [_told(entry, lookup) for entry in services])
    else:
        told = [_told(entry, None) for entry in services]
    places = [
        Place(str(entry.id), _address(bind or addr, "--bind" if bind else f"{entry.id}: addr:"), secure)
        for entry, (addr, secure) in zip(services, told, strict=True)
    ]
    if admin:
        places.append(Place("the admin address", _address(admin, "--admin")))
    _refuse_shared(places)
    return places


def _told(entry: Entry, lookup: Lookup | None) -> tuple[str, bool]:
    config = decode(entry, ServiceConfig, lookup)
    return config.addr, bool(config.tls.mode)


def _address(text: str, what: str) -> Address:
    try:
        return Address.parse(text)
    except ValueError as error:
        raise ListenError(f"{what} {error}") from None


def _refuse_shared(places: Sequence[Place]) -> None:
    seen: dict[Address, Place] = {}
    for place in places:
        other = seen.setdefault(place.address, place)
        if other is not place and place.address.port:
            raise ListenError(f"{other.name} and {place.name} both listen on {place.address}; give each its own")


def probe(place: Place) -> None:
    """Refuse an address that cannot be listened on, before any worker starts; raise ListenError."""
    address = place.address
    try:
        family = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((address.host, address.port))
    except OSError as error:
        remedy = "stop the program that uses it, or choose another address with --bind or `addr`"
        raise ListenError(f"{place.name} cannot listen on {address}: {error.strerror or error}; {remedy}") from None


def count_routes(entries: Sequence[Entry]) -> dict[str, str]:
    """Say how much each service serves: "3 endpoints, 1 static"."""

    def reference(entry: Entry, path: str) -> EntryId:
        return EntryId.parse(str(entry.lookup(path, "")), entry.id.ns)

    routers = {entry.id: reference(entry, "meta.server") for entry in entries if entry.kind == "http.router"}
    endpoints = [routers.get(reference(entry, "meta.router")) for entry in entries if entry.kind == "http.endpoint"]
    statics = [reference(entry, "meta.server") for entry in entries if entry.kind == "http.static"]
    return {
        str(entry.id): f"{endpoints.count(entry.id)} endpoints, {statics.count(entry.id)} static"
        for entry in entries
        if entry.kind == _KIND
    }
