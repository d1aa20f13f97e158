"""An http.service under the supervisor: it listens, unless a server around the node does."""

from __future__ import annotations

import errno
import logging
from typing import TYPE_CHECKING

from gevent import socket
from gunicorn.config import Config

from runtime.http.address import Address
from runtime.http.listener import Listener
from runtime.supervisor.service import Service, ServiceError

if TYPE_CHECKING:
    from runtime.http.config import ServiceConfig
    from runtime.http.services import HttpServices
    from runtime.registry.entry import EntryId

log = logging.getLogger("wippy.http")
_BACKLOG = 1024


class HttpServer(Service):
    """The server of one http.service."""

    def __init__(self, id_: EntryId, config: ServiceConfig, http: HttpServices) -> None:
        self.id = id_
        self.lifecycle = config.lifecycle
        self._config = config
        self._http = http
        self._listener: Listener | None = None

    @property
    def port(self) -> int:
        """The port that is listened on; 0 when none is."""
        return self._listener.port if self._listener is not None else 0

    def start(self) -> None:
        """Begin to listen."""
        if self.id in self._http.bound:
            return
        address = Address.parse(self._config.addr)
        sock = listening_socket(address, shared=self._http.shares_ports)
        listener = Listener(sock, self._http.served(self.id, Config()))
        listener.start()
        self._listener = listener
        log.info("%s listens on %s", self.id, Address(address.host, listener.port or address.port))

    def stop(self, timeout: float) -> None:
        """Accept no more connections, let the requests that are under way finish, then close what is left."""
        listener, self._listener = self._listener, None
        if listener is None:
            return
        listener.leave()
        self._http.close_connections(self.id)
        if not listener.finish(timeout):
            log.warning("%s: requests are cut off, they took longer than %g s to finish", self.id, timeout)


def listening_socket(address: Address, *, shared: bool = False) -> socket.socket:
    """Listen at an address, which other processes may share; raise ServiceError with the reason and the remedy."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
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
