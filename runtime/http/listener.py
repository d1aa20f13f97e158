"""A listening socket of an http.service, and the connections that came in by it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import gevent
from gevent.pool import Pool
from gevent.server import StreamServer

from runtime.http.connection import Connection
from runtime.http.inflight import InFlight

if TYPE_CHECKING:
    from runtime.http.connection import Served

LINGER = 0.2  # seconds for connections that were accepted but have not sent their request


class Listener:
    """Accepts connections from `start` on, `room` of them at a time, `batch` of them before others have their turn."""

    def __init__(self, sock: Any, served: Served, room: int | None = None, batch: int | None = None) -> None:
        self._served = served
        self._pool = Pool(room)
        self._server = StreamServer(sock, handle=self._handle, spawn=self._pool)
        if batch is not None:
            self._server.max_accept = batch
        self._answering = InFlight()
        self._long_lived: set[Any] = set()
        self._leaving = False

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return self._server.server_port or 0

    def start(self) -> None:
        """Begin to accept."""
        self._server.start()

    def leave(self) -> None:
        """Accept no more connections; those that are open end with the answer that is under way."""
        self._leaving = True
        self._server.close()

    def finish(self, timeout: float) -> bool:
        """Wait for the answers that are under way, then cut what is left; tell whether all came to their end."""
        deadline = time.monotonic() + timeout
        gevent.sleep(min(LINGER, max(0.0, timeout)))
        in_time = self._answering.wait(max(0.0, deadline - time.monotonic()))
        self._server.stop(timeout=0)
        gevent.killall(list(self._long_lived), block=False)
        return in_time

    def _handle(self, client: Any, address: Any) -> None:
        Connection((client, address), self._served, lambda: self._leaving, self._step_out).serve(self._answering)

    def _step_out(self) -> None:
        """Give up the place of the connection that calls, for it will stay for long."""
        greenlet: Any = gevent.getcurrent()
        if greenlet in self._pool.greenlets:
            self._pool.discard(greenlet)
            self._long_lived.add(greenlet)
            greenlet.rawlink(self._long_lived.discard)
