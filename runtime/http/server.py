"""The foreground server of an http.service, for `wippy run`: gevent's WSGI server under the supervisor."""

from __future__ import annotations

import errno
import logging
import time
from typing import TYPE_CHECKING, Any

import gevent
from gevent import socket
from gevent.pool import Pool
from gevent.pywsgi import WSGIHandler, WSGIServer

from runtime.http.address import Address
from runtime.http.inflight import InFlight
from runtime.http.takeover import TAKEN
from runtime.supervisor.service import Service, ServiceError

if TYPE_CHECKING:
    from runtime.http.config import ServiceConfig
    from runtime.http.services import HttpServices
    from runtime.registry.entry import EntryId

log = logging.getLogger("wippy.http")
access_log = logging.getLogger("wippy.http.access")
_BACKLOG = 1024
_LINGER = 0.2  # seconds for connections that were accepted but have not sent their request


class _Handler(WSGIHandler):
    """One connection; counts the requests that are being answered."""

    server: _Server
    taken = False  # somebody else goes on with the connection

    def get_environ(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environ()
        environ["gunicorn.socket"] = self.socket  # the name under which handlers find it, whatever the server
        return environ

    def read_requestline(self) -> Any:
        idle = gevent.Timeout.start_new(self.server.idle_timeout or None)
        try:
            return super().read_requestline()
        except gevent.Timeout as timeout:
            if timeout is not idle:
                raise
            return None
        finally:
            idle.close()

    def handle_one_response(self) -> None:
        with self.server.answering:
            super().handle_one_response()

    def process_result(self) -> None:
        if self.result is TAKEN:
            self.taken = self.close_connection = True
        else:
            super().process_result()

    def log_request(self) -> None:
        if self.taken:
            return
        status = self.status.decode("latin-1") if isinstance(self.status, bytes) else str(self.status or "-")
        milliseconds = (self.time_finish - self.time_start) * 1000 if self.time_finish else 0.0
        client = self.client_address[0]
        line = str(getattr(self, "requestline", "") or "-")
        access_log.info(
            "%s %r %s %s %.1f ms", client, line, status.partition(" ")[0], self.response_length, milliseconds
        )


class _Server(WSGIServer):
    handler_class = _Handler

    def __init__(self, *args: Any, idle_timeout: float, **options: Any) -> None:
        super().__init__(*args, **options)
        self.answering = InFlight()
        self.idle_timeout = idle_timeout


class HttpServer(Service):
    """Listens for one http.service, unless a server around the node does."""

    def __init__(self, id_: EntryId, config: ServiceConfig, http: HttpServices) -> None:
        self.id = id_
        self.lifecycle = config.lifecycle
        self._config = config
        self._http = http
        self._server: _Server | None = None

    @property
    def port(self) -> int:
        """The port that is listened on; 0 when none is."""
        return self._server.server_port or 0 if self._server is not None else 0

    def start(self) -> None:
        """Begin to listen."""
        if self._http.served_elsewhere:
            return
        address = Address.parse(self._config.addr)
        server = _Server(
            listening_socket(address),
            self._http.application(self.id),
            spawn=Pool(),  # without one the connections that are open at the end would never be closed
            log=None,
            error_log=log,
            idle_timeout=self._config.timeouts.idle,
        )
        server.start()
        self._server = server
        log.info("%s listens on %s", self.id, Address(address.host, server.server_port or address.port))

    def stop(self, timeout: float) -> None:
        """Accept no more connections, let the requests that are under way finish, then close what is left."""
        server, self._server = self._server, None
        if server is None:
            return
        deadline = time.monotonic() + timeout
        server.close()
        self._http.close_connections(self.id)
        gevent.sleep(min(_LINGER, timeout))
        if not server.answering.wait(max(0.0, deadline - time.monotonic())):
            log.warning("%s: requests are cut off, they took longer than %g s to finish", self.id, timeout)
        server.stop(timeout=0)


def listening_socket(address: Address) -> socket.socket:
    """Listen at an address; raise ServiceError with the reason and the remedy."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address.host, address.port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise ServiceError(_explain(address, error), final=True) from error
    return listener


def _explain(address: Address, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"cannot listen on {address}: the address is in use; stop the program that has it, or change `addr`"
    if error.errno == errno.EACCES:
        return f"cannot listen on {address}: permission denied; ports below 1024 need privileges, choose a higher one"
    return f"cannot listen on {address}: {error.strerror or error}"
