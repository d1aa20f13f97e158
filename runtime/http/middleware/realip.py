"""real_ip: takes the client's address from the headers of a trusted proxy."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from runtime.http.middleware.options import OptionError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import falcon

    from runtime.http.middleware.options import Handler, Node, Options, Wrap

_Address: TypeAlias = "ipaddress.IPv4Address | ipaddress.IPv6Address"
_Network: TypeAlias = "ipaddress.IPv4Network | ipaddress.IPv6Network"
_PRIVATE = "127.0.0.0/8,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,169.254.0.0/16,100.64.0.0/10,::1/128,fc00::/7,fe80::/10"
_KNOWN = 4096
_LONGEST = 64  # characters of an address with a zone


@dataclass(frozen=True)
class _Hop:
    """Somebody whom a request has passed: the address, empty for a text that is none, and whether we trust it."""

    address: str
    trusted: bool


def make(options: Options, _node: Node) -> Wrap:
    """Make the middleware."""
    trust_all = options.flag("real_ip.trust_all")
    trusted = [_network(text) for text in options.listed("real_ip.trusted.subnets", _PRIVATE, "trusted_subnets")]

    # PERF: requests come from few proxies, and a client sends several; finding out about an address takes 10 us.
    @lru_cache(_KNOWN)
    def known(text: str) -> _Hop:
        address = _parse(text)
        return _Hop(str(address or ""), _is_in(address, trusted))

    def hop(text: str) -> _Hop:
        return known(text.strip()) if len(text) <= _LONGEST else _Hop("", trusted=False)

    def client(request: falcon.Request) -> str:
        for name in ("True-Client-IP", "X-Real-IP"):
            text = request.get_header(name)
            if text:
                return hop(text).address
        hops = (request.get_header("X-Forwarded-For") or "").split(",")
        return hop(hops[0]).address if trust_all else _forwarded(hops, hop)

    def wrap(handler: Handler) -> Handler:
        def answer(request: falcon.Request, response: falcon.Response) -> None:
            peer = request.env.get("REMOTE_ADDR", "")
            if trust_all or not peer or hop(peer).trusted:  # no address: a Unix socket
                found = client(request)
                if found:
                    request.env["REMOTE_ADDR"] = found
                    request.env["REMOTE_PORT"] = ""
            handler(request, response)

        return answer

    return wrap


def _forwarded(hops: Sequence[str], hop: Callable[[str], _Hop]) -> str:
    """Find the client in X-Forwarded-For, to which each proxy appends the peer that it saw.

    From the right the first that is no proxy of ours is the client: what stands left of it the client may have made up.
    """
    for text in reversed(hops):
        seen = hop(text)
        if not seen.trusted:
            return seen.address
    return seen.address


def _parse(text: str) -> _Address | None:
    try:
        return ipaddress.ip_address(text.strip().strip("[]"))
    except ValueError:
        return None


def _is_in(address: _Address | None, networks: Sequence[_Network]) -> bool:
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return address is not None and any(address in network for network in networks)


def _network(text: str) -> _Network:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise OptionError(
            "real_ip.trusted.subnets", f"{text!r} is no network", "write networks such as 10.0.0.0/8"
        ) from None
