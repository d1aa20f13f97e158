"""Connections to servers: a pool manager of urllib3 for each way of reaching them.

Its connections are made over gevent's sockets and TLS by name, so that they are cooperative whatever is patched.
"""

from __future__ import annotations

import tempfile
from collections import OrderedDict
from functools import partial
from pathlib import Path
from typing import Any

import urllib3
from gevent import socket, ssl
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NewConnectionError

from runtime.binding import Failure, Kind
from runtime.http.client.request import Tls, Transport

_HOSTS = 100  # servers to which connections are kept
_PER_HOST = 10  # idle connections that are kept to one
_TRANSPORTS = 32


class Pools:
    """The pool managers of a node, the one that was not used for the longest time first."""

    def __init__(self) -> None:
        self._managers: OrderedDict[Transport, urllib3.PoolManager] = OrderedDict()

    def manager(self, transport: Transport) -> urllib3.PoolManager:
        """Give the manager of a transport; raise Failure INVALID for certificates that cannot be used."""
        found = self._managers.pop(transport, None) or _make(transport)
        self._managers[transport] = found
        if len(self._managers) > _TRANSPORTS:
            self._managers.popitem(last=False)[1].clear()
        return found

    def close(self) -> None:
        """Close the connections that are idle."""
        for manager in self._managers.values():
            manager.clear()
        self._managers.clear()


def _make(transport: Transport) -> urllib3.PoolManager:
    tls = transport.tls or Tls()
    options: dict[str, Any] = {"ssl_context": tls_context(tls)}
    if tls.server_name:
        options |= {"server_hostname": tls.server_name}
    if tls.insecure:
        options |= {"assert_hostname": False, "cert_reqs": "CERT_NONE"}
    manager = urllib3.PoolManager(_HOSTS, maxsize=_PER_HOST, retries=False, **options)
    path = transport.unix_socket
    makers: Any = {
        "http": partial(_pool, urllib3.HTTPConnectionPool, type("Http", (_Connection,), {"path": path})),
        "https": partial(_pool, urllib3.HTTPSConnectionPool, type("Https", (_TlsConnection,), {"path": path})),
    }
    manager.pool_classes_by_scheme = makers
    return manager


def tls_context(tls: Tls) -> ssl.SSLContext:
    """Make what TLS connections are made with; the system's certificates are trusted unless others are given."""
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if tls.ca:
            context.load_verify_locations(cadata=tls.ca)
        else:
            context.load_default_certs()
        if tls.insecure:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if bool(tls.cert) != bool(tls.key):
            raise Failure(Kind.INVALID, "tls: cert and key go together; give both")
        if tls.cert:
            _load_pair(context, tls.cert, tls.key)
    except (ssl.SSLError, ValueError) as error:
        raise Failure(Kind.INVALID, f"tls: the certificates cannot be used: {error}") from None
    return context


def _load_pair(context: ssl.SSLContext, cert: str, key: str) -> None:
    """Load a certificate with its key; the ssl module takes them from files only."""
    with tempfile.TemporaryDirectory() as directory:
        pair = Path(directory) / "pair.pem"
        pair.touch(0o600)
        pair.write_text(f"{key}\n{cert}\n")
        context.load_cert_chain(pair)


def _pool(pool: Any, connection: type[HTTPConnection], *arguments: Any, **options: Any) -> Any:
    made = pool(*arguments, **options)
    made.ConnectionCls = connection
    return made


class _Connection(HTTPConnection):
    """A connection; `path` is that of a Unix socket, or "" to go where the URL points."""

    path: str

    def _new_conn(self) -> Any:
        return _connect(self)


class _TlsConnection(HTTPSConnection):
    """A connection with TLS."""

    path: str

    def connect(self) -> None:
        super().connect()
        self.is_verified = True  # or the caller said that it need not be: no warning

    def _new_conn(self) -> Any:
        return _connect(self)


def _connect(owner: _Connection | _TlsConnection) -> socket.socket:
    try:
        if not owner.path:
            made = socket.create_connection((owner.host, owner.port))
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return made
        made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            made.connect(owner.path)
        except BaseException:
            made.close()
            raise
        return made
    except OSError as error:
        raise NewConnectionError(owner, str(error)) from error
