"""Which middleware there is, and the chains that entries make of it."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import reduce
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

from runtime.http.middleware import compress, cors, firewall, metrics, ratelimit, realip, sendfile, tokenauth
from runtime.http.middleware.options import Handler, Maker, Node, OptionError, Options, Wrap
from runtime.http.relay import sse, websocket
from runtime.registry.errors import EntryError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runtime.registry.entry import Entry, EntryId

ENTRY_POINT_GROUP = "wippy.middleware"


def _nothing(_options: Options, _node: Node) -> Wrap:
    """Make what changes nothing: tracing is off."""
    return lambda handler: handler


_OWN: Mapping[str, Maker] = {
    "real_ip": realip.make,
    "cors": cors.make,
    "compress": compress.make,
    "ratelimit": ratelimit.make,
    "metrics": metrics.make,
    "token_auth": tokenauth.make,
    "endpoint_firewall": firewall.make_endpoint_firewall,
    "resource_firewall": firewall.make_resource_firewall,
    "sendfile": sendfile.make,
    "websocket_relay": websocket.make,
    "sse_relay": sse.make,
    "otel": _nothing,
}


@dataclass(frozen=True)
class _Chain:
    """The middleware of one field of an entry, as it was made from these names and options."""

    names: Sequence[str]
    options: Mapping[str, Any]
    wraps: tuple[Wrap, ...]


class MiddlewareTable:
    """Known middleware by name, and one chain for each entry that names some.

    A chain lives as long as its entry names the same middleware with the same options: so the counts of a rate limit
    outlast a change of other entries.
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        self._makers: dict[str, Maker] = dict(_OWN)
        for point in entry_points(group=ENTRY_POINT_GROUP):
            self.register(point.name, point.load())
        self._chains: dict[tuple[EntryId, str], _Chain] = {}

    def register(self, name: str, maker: Maker) -> None:
        """Make a middleware known."""
        if name in self._makers:
            raise ValueError(f"middleware {name} of the entry-point group {ENTRY_POINT_GROUP} is there already")
        self._makers[name] = maker

    def wrap(self, entry: Entry, field: str, names: Sequence[str], options: Mapping[str, Any]) -> Wrap:
        """Give what wraps a handler in the middleware of an entry's field, the first outermost; raise EntryError."""
        known = self._chains.get((entry.id, field))
        if known is None or known.names != names or known.options != options:
            wraps = tuple(self._make(entry, field, name, options) for name in names)
            known = self._chains[entry.id, field] = _Chain(names, dict(options), wraps)
        wraps = known.wraps
        return lambda handler: reduce(_apply, reversed(wraps), handler)

    def forget(self, entry: Entry) -> None:
        """Let go of the chains of an entry that is gone."""
        for key in [key for key in self._chains if key[0] == entry.id]:
            del self._chains[key]

    def _make(self, entry: Entry, field: str, name: str, options: Mapping[str, Any]) -> Wrap:
        maker = self._makers.get(name)
        if maker is None:
            near = difflib.get_close_matches(name, self._makers, 1, 0.5)
            remedy = f"did you mean {near[0]}?" if near else "install the package that provides it, or remove the name"
            raise EntryError(entry, field, f"there is no middleware {name!r}", remedy)
        try:
            return maker(Options(entry.id, options), self._node)
        except OptionError as error:
            place = "post_options" if field == "post_middleware" else "options"
            raise EntryError(entry, f"{place}.{error.name}", error.reason, error.remedy) from None


def _apply(handler: Handler, wrap: Wrap) -> Handler:
    return wrap(handler)
