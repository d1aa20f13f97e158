"""ratelimit: a token bucket for each client."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import falcon

from runtime.http.middleware.options import OptionError

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.http.middleware.options import Handler, Node, Options, Wrap


@dataclass(frozen=True)
class Limits:
    """How much is allowed: `rate` tokens a second into buckets that hold `burst`. Times are in seconds."""

    rate: float
    burst: int
    ttl: float = 600.0
    cleanup: float = 300.0
    max_entries: int = 100_000


class Buckets:
    """The buckets of all keys, the one that was not used for the longest time first."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        # Tokens, and when they were counted.
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._next_cleanup = clock() + limits.cleanup

    def take(self, key: str) -> float:
        """Take a token: 0.0 when there was one, else the seconds until there will be."""
        limits, now = self._limits, self._clock()
        if now >= self._next_cleanup:
            self._clean(now)
        tokens, since = self._buckets.pop(key, (float(limits.burst), now))
        tokens = min(float(limits.burst), tokens + (now - since) * limits.rate)
        wait = 0.0 if tokens >= 1 else (1 - tokens) / limits.rate
        if len(self._buckets) >= limits.max_entries:
            self._buckets.popitem(last=False)
        self._buckets[key] = (tokens if wait else tokens - 1, now)
        return wait

    def __len__(self) -> int:
        return len(self._buckets)

    def _clean(self, now: float) -> None:
        self._next_cleanup = now + self._limits.cleanup
        while self._buckets:
            key, (_, since) = next(iter(self._buckets.items()))
            if now - since <= self._limits.ttl:
                return
            del self._buckets[key]


def make(options: Options, _node: Node) -> Wrap:
    """Make the middleware."""
    requests = options.number("ratelimit.requests", 100)
    window = options.seconds("ratelimit.window", "1m")
    buckets = Buckets(
        Limits(
            requests / max(1.0, window),
            options.number("ratelimit.burst", 20),
            options.seconds("ratelimit.entry_ttl", "10m"),
            options.seconds("ratelimit.cleanup_interval", "5m"),
            options.number("ratelimit.max_entries", 100_000),
        )
    )
    key_of = _strategy(options.text("ratelimit.key", "ip"))
    told = {"X-RateLimit-Limit": str(requests), "X-RateLimit-Window": options.text("ratelimit.window", "1m")}

    def wrap(handler: Handler) -> Handler:
        def answer(request: falcon.Request, response: falcon.Response) -> None:
            key = key_of(request)
            if not key:
                _refuse(response, falcon.HTTP_400, "Rate limit key extraction failed\n")
                return
            wait = buckets.take(key)
            if not wait:
                handler(request, response)
                return
            response.set_headers({**told, "Retry-After": str(math.ceil(wait))})
            _refuse(response, falcon.HTTP_429, "Rate limit exceeded\n")

        return answer

    return wrap


def _strategy(text: str) -> Callable[[falcon.Request], str | None]:
    kind, _, name = text.partition(":")
    if kind == "ip" and not name:
        return lambda request: request.env.get("REMOTE_ADDR") or "local"  # without address: a Unix socket
    if kind == "header" and name:
        return lambda request: request.get_header(name)
    if kind == "query" and name:
        return lambda request: request.get_param(name)
    raise OptionError("ratelimit.key", f"{text!r} is no key", "use ip, header:NAME or query:NAME")


def _refuse(response: falcon.Response, status: str, text: str) -> None:
    response.status = status
    response.content_type = "text/plain; charset=utf-8"
    response.text = text
