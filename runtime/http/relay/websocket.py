"""websocket_relay: upgrades a request to a WebSocket connection and relays it to a process."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import falcon
from gevent import socket
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, RejectConnection
from wsproto.utilities import RemoteProtocolError

from runtime.binding.text import encode, from_bytes
from runtime.http.access import Access
from runtime.http.relay.answer import Asking, refuse
from runtime.http.relay.command import Command, CommandError
from runtime.http.relay.relay import Relay, json_text
from runtime.http.takeover import TAKEOVER, Takeover
from runtime.websocket.connection import GOING_AWAY, NORMAL, WebSocket

if TYPE_CHECKING:
    from runtime.http.middleware.options import Node, Options, Wrap
    from runtime.lua.types import LuaValue
    from runtime.registry.entry import EntryId

HEADER = "X-WS-Relay"
_TOPIC = "ws.message"
_MAX_MESSAGE = 1024 * 1024  # bytes
_BODY_HEADERS = ("content-type", "content-length", "cache-control")
_KEEP_ALIVE = 60  # seconds after which TCP looks whether a silent client is still there


def make(options: Options, node: Node) -> Wrap:
    """Make the middleware."""
    origins = options.listed("wsrelay.allowed.origins", "", "allow_origins", "allowed_origins")

    def begin(request: falcon.Request, response: falcon.Response, command: Command) -> None:
        if command.target is None:
            raise CommandError("invalid target PID: it is missing")
        _upgrade(request, response, WebSocketRelay(node, request.context.service, command))

    return Asking(HEADER, _TOPIC, origins).wrap(begin, lambda response: not 200 <= response.status_code < 300)


def _upgrade(request: falcon.Request, response: falcon.Response, relay: WebSocketRelay) -> None:
    """See that the request is a handshake, and have the relay go on with its socket."""
    handshake = WSConnection(ConnectionType.SERVER)
    try:
        handshake.initiate_upgrade_connection(_handshake_headers(request.env), "/")
    except RemoteProtocolError as error:
        hint = error.event_hint
        status = falcon.HTTP_426
        if isinstance(hint, RejectConnection):
            for name, value in hint.headers:
                response.set_header(name.decode("latin-1"), value.decode("latin-1"))
            if request.get_header("Upgrade") and hint.status_code != falcon.http_status_to_code(426):
                status = falcon.HTTP_400
        if status == falcon.HTTP_426:
            response.set_header("Upgrade", "websocket")
        refuse(response, status, f"this is a WebSocket endpoint: {error}")
        return
    if "gunicorn.socket" not in request.env:
        refuse(response, falcon.HTTP_501, "this server cannot hand over its connections")
        return
    access = Access.to(request.env, 101)
    service = str(request.context.service)

    def take_over(sock: Any) -> None:
        headers = [
            (name.encode("latin-1"), value.encode("latin-1"))
            for name, value in response.headers.items()
            if name.lower() not in _BODY_HEADERS
        ]
        accepted = handshake.send(AcceptConnection(extra_headers=headers))
        assert handshake.connection is not None
        access.write(service)
        relay.run(sock, accepted, WebSocket(sock, handshake.connection, _MAX_MESSAGE))

    request.env[TAKEOVER] = Takeover(response, take_over)


def _handshake_headers(environ: dict[str, Any]) -> list[tuple[bytes, bytes]]:
    wanted = ("HTTP_HOST", "HTTP_CONNECTION", "HTTP_UPGRADE")
    return [
        (name[5:].replace("_", "-").encode(), value.encode("latin-1"))
        for name, value in environ.items()
        if name in wanted or name.startswith("HTTP_SEC_WEBSOCKET_")
    ]


class WebSocketRelay(Relay):
    """A WebSocket connection as a process."""

    kind = "ws"
    ended = "websocket connection closed"

    def __init__(self, node: Any, service: EntryId, command: Command) -> None:
        super().__init__(node, service, command)
        self._socket: WebSocket | None = None

    def run(self, sock: Any, accepted: bytes, connection: WebSocket) -> None:
        """Serve the connection until it is closed."""
        self._socket = connection
        try:
            _look_after(sock)
            sock.sendall(accepted)
            self.start()
            while (message := connection.receive()) is not None:
                self.count += 1
                value = encode(message) if isinstance(message, str) else from_bytes(message)
                self.to_target(self.command.message_topic, value)
        except OSError:
            connection.abort()
        finally:
            self.end()
            sock.close()

    def forward(self, topic: str, value: LuaValue) -> None:
        """Send a message as `{"topic": ..., "data": ...}`; bytes that are no text go as base64."""
        assert self._socket is not None, "a relay receives only after its start"
        self._socket.send_nowait(f'{{"topic":{json.dumps(topic)},"data":{_data(value)}}}')

    def finish(self, reason: str, *, going_away: bool = False) -> None:
        """Close with a closing frame."""
        assert self._socket is not None, "a relay is finished only after its start"
        self._socket.close_nowait(GOING_AWAY if going_away else NORMAL, reason)

    def beat(self) -> None:
        """Send a ping."""
        assert self._socket is not None, "a relay beats only after its start"
        self._socket.ping_nowait()


def _data(value: LuaValue) -> str:
    if isinstance(value, str) and not value.isascii():
        data = value.encode("latin-1")
        try:
            return json.dumps(data.decode("utf-8"), ensure_ascii=False)
        except UnicodeDecodeError:
            return json.dumps(base64.b64encode(data).decode())
    return json_text(value)


def _look_after(sock: Any) -> None:
    """Have the system notice a client that vanished without a word, and send small messages at once."""
    if sock.family not in (socket.AF_INET, socket.AF_INET6):
        return
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_KEEPIDLE"):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, _KEEP_ALIVE)
