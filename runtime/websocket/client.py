"""Opening WebSocket connections to other servers."""

from __future__ import annotations

import urllib.parse
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import gevent
from gevent import socket
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, RejectConnection, RejectData, Request
from wsproto.extensions import PerMessageDeflate
from wsproto.utilities import ProtocolError

from runtime.binding import Failure, Kind
from runtime.durations import format_duration
from runtime.http.client import request
from runtime.http.client.pools import tls_context
from runtime.websocket.connection import WebSocket

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wsproto.extensions import Extension
    from wsproto.frame_protocol import Opcode, RsvBits

DISABLED, CONTEXT_TAKEOVER, NO_CONTEXT = range(3)
DEFAULT_DIAL_TIMEOUT = 30.0  # seconds
DEFAULT_READ_LIMIT = 16 * 1024 * 1024  # bytes
_PORTS = {"ws": 80, "wss": 443}
_PIECE = 64 * 1024


@dataclass(frozen=True)
class Dial:
    """What to connect to, and how. Header values are Lua strings; times are in seconds, None meaning no limit."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    protocols: Sequence[str] = ()
    compression: int = DISABLED
    compression_threshold: int = 0  # bytes below which a message is sent as it is
    dial_timeout: float = DEFAULT_DIAL_TIMEOUT
    read_timeout: float | None = None
    write_timeout: float | None = None
    read_limit: int = DEFAULT_READ_LIMIT


def check_url(url: str) -> str:
    """Give the URL (text), percent-encoded where it must be; raise Failure INVALID for what is none."""
    return request.check_url(url, tuple(_PORTS))


def dial(wanted: Dial) -> WebSocket:
    """Connect and shake hands; raise Failure, retryable where the network or the server is the reason."""
    timeout = gevent.Timeout(wanted.dial_timeout)
    timeout.start()
    sock: Any = None
    try:
        sock = _connect(wanted.url)
        protocol = _shake_hands(sock, wanted)
        sock.settimeout(wanted.read_timeout)
        connection = protocol.connection
        assert connection is not None, "hands were shaken"
        made = WebSocket(sock, connection, wanted.read_limit, write_timeout=wanted.write_timeout)
        sock = None
        return made
    except gevent.Timeout as expired:
        if expired is not timeout:
            raise
        raise _failed(wanted, f"timeout after {format_duration(wanted.dial_timeout)}") from None
    except (OSError, ProtocolError) as error:
        raise _failed(wanted, getattr(error, "strerror", None) or str(error)) from error
    finally:
        timeout.close()
        if sock is not None:
            sock.close()


def _failed(wanted: Dial, reason: str) -> Failure:
    return Failure(Kind.INTERNAL, f"cannot connect to {wanted.url}: {reason}", retryable=True)


def _connect(url: str) -> Any:
    parts = urllib.parse.urlsplit(url)
    host = parts.hostname or ""
    sock = socket.create_connection((host, parts.port or _PORTS[parts.scheme]))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if parts.scheme == "ws":
        return sock
    try:
        return tls_context(request.Tls()).wrap_socket(sock, server_hostname=host)
    except BaseException:
        sock.close()
        raise


def _shake_hands(sock: Any, wanted: Dial) -> WSConnection:
    parts = urllib.parse.urlsplit(wanted.url)
    protocol = WSConnection(ConnectionType.CLIENT)
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in wanted.headers.items()]
    handshake = Request(
        host=parts.netloc.rpartition("@")[2],
        target=(parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
        extensions=_extensions(wanted),
        extra_headers=headers,
        subprotocols=list(wanted.protocols),
    )
    sock.sendall(protocol.send(handshake))
    while True:
        data = sock.recv(_PIECE)
        protocol.receive_data(data or None)
        event = next(iter(protocol.events()), None)
        if isinstance(event, AcceptConnection):
            return protocol
        if isinstance(event, RejectConnection):
            raise Failure(
                Kind.INTERNAL,
                f"cannot connect to {wanted.url}: the server answered with status {event.status_code}",
                retryable=True,
                details={"status_code": event.status_code},
            )
        if not data or isinstance(event, RejectData):
            raise _failed(wanted, "the server closed the connection")


def _extensions(wanted: Dial) -> list[Extension]:
    return [] if wanted.compression == DISABLED else [_Deflate(wanted)]


class _Deflate(PerMessageDeflate):
    """Compression that leaves short messages alone. Only whole messages are ever sent."""

    def __init__(self, wanted: Dial) -> None:
        fresh = wanted.compression == NO_CONTEXT
        super().__init__(client_no_context_takeover=fresh, server_no_context_takeover=fresh)
        self._threshold = wanted.compression_threshold

    def frame_outbound(self, proto: Any, opcode: Opcode, rsv: RsvBits, data: bytes, fin: bool) -> tuple[RsvBits, bytes]:
        """Compress a frame."""
        if len(data) < self._threshold:
            return rsv, data
        return super().frame_outbound(proto, opcode, rsv, data, fin)
