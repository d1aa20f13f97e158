"""Doing something again and again: how stores get rid of what has expired."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import gevent

from runtime.binding.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger("wippy.stores")


class Sweeper:
    """Calls a function at an interval in seconds until it is stopped; never when the interval is 0."""

    def __init__(self, sweep: Callable[[], object], interval: float) -> None:
        self._sweep = sweep
        self._interval = interval
        self._greenlet = gevent.spawn(self._run) if interval > 0 else None

    def stop(self) -> None:
        """Sweep no more; does not wait."""
        if self._greenlet is not None:
            self._greenlet.kill(block=False)

    def _run(self) -> None:
        while True:
            gevent.sleep(self._interval)
            try:
                self._sweep()
            except Failure as failure:
                log.warning("cannot remove expired entries: %s", failure.message)
