"""Middleware: the place of the chain around the handlers of a router or of static files.

None is there yet; entries that name one are served without it, and the log says so.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from runtime.http.routes import Handler
    from runtime.registry.entry import EntryId

log = logging.getLogger("wippy.http")


class MiddlewareTable:
    """Known middleware by name: a maker takes the options of the entry and gives what wraps a handler."""

    def __init__(self) -> None:
        self._makers: dict[str, Callable[[Mapping[str, str]], Callable[[Handler], Handler]]] = {}
        self._reported: set[tuple[EntryId, str]] = set()

    def register(self, name: str, maker: Callable[[Mapping[str, str]], Callable[[Handler], Handler]]) -> None:
        """Make a middleware known."""
        self._makers[name] = maker

    def wrap(self, entry: EntryId, names: Iterable[str], options: Mapping[str, str], handler: Handler) -> Handler:
        """Wrap a handler in the named middleware, the first outermost."""
        for name in reversed(list(names)):
            maker = self._makers.get(name)
            if maker is not None:
                handler = maker(options)(handler)
            elif (entry, name) not in self._reported:
                self._reported.add((entry, name))
                log.warning("%s: middleware %r is not available yet; requests are served without it", entry, name)
        return handler
