"""The `websocket` module: connections to WebSocket servers (documentation page lua/http/websocket)."""

from collections.abc import Callable
from dataclasses import replace

import gevent
from gevent.event import Event

from runtime.binding import Bytes, Failure, Kind, LuaValue, Module, Table, Text, Userdata, method
from runtime.binding.text import decode, encode, from_bytes
from runtime.durations import parse_duration
from runtime.http.client.request import check_headers
from runtime.lua import args
from runtime.permissions import permissions
from runtime.process.channel import Channel
from runtime.process.current import on_exit
from runtime.websocket.client import CONTEXT_TAKEOVER, DISABLED, NO_CONTEXT, Dial, check_url, dial
from runtime.websocket.connection import GOING_AWAY, NORMAL, WebSocket

module = Module(
    "websocket",
    classes=("network", "io", "nondeterministic"),
    permissions={
        "websocket.connect": "empty",
        "websocket.connect.url": "the URL",
    },
)

_TEXT, _BINARY = 1, 2
_MEBIBYTE = 1024 * 1024
_CAPACITY = 100
_CLOSING = 6.0  # seconds; a connection is cut before
_COMPRESSION = {"disabled": DISABLED, "context_takeover": CONTEXT_TAKEOVER, "no_context_takeover": NO_CONTEXT}


# --- options ----------------------------------------------------------------------------------------------------------


def _seconds(options: Table, name: str) -> float | None:
    """Give a time: a number counts milliseconds; None when it is missing or 0."""
    value = options.get(name)
    if value is None:
        return None
    try:
        seconds = parse_duration(decode(value)) if isinstance(value, str) else parse_duration(value) / 1000
    except ValueError as error:
        raise Failure(Kind.INVALID, f"{name}: {error}") from None
    return seconds if seconds > 0 else None


def _integer(options: Table, name: str, default: int, low: int, high: int) -> int:
    value = options.get(name)
    if value is None:
        return default
    number = args.exact_integer(value)
    if number is None or not low <= number <= high:
        raise Failure(Kind.INVALID, f"{name} must be a whole number from {low} to {high}")
    return number


def _strings(options: Table, name: str) -> list[tuple[str, str]]:
    """Give the pairs of strings in a table."""
    found = options.get(name)
    if found is None:
        return []
    if not isinstance(found, Table):
        raise Failure(Kind.INVALID, f"{name} must be a table, got {args.type_name(found)}")
    pairs = list(found.items())
    if any(not isinstance(value, str) for _, value in pairs):
        raise Failure(Kind.INVALID, f"{name} must hold strings")
    return [(str(key), value) for key, value in pairs]


def _compression(options: Table) -> int:
    value = options.get("compression")
    if isinstance(value, str) and value in _COMPRESSION:
        return _COMPRESSION[value]
    return _integer(options, "compression", DISABLED, DISABLED, NO_CONTEXT)


def _dial(url: str, options: Table | None) -> tuple[Dial, int]:
    """Read what Lua code asks for; give the capacity of the channel too."""
    wanted = Dial(check_url(url))
    if options is None:
        return wanted, _CAPACITY
    protocols = [decode(value) for _, value in _strings(options, "protocols")]
    if not all(protocol.isascii() and protocol for protocol in protocols):
        raise Failure(Kind.INVALID, "protocols must hold names in ASCII")
    wanted = replace(
        wanted,
        headers=check_headers(dict(_strings(options, "headers"))),
        protocols=protocols,
        compression=_compression(options),
        compression_threshold=_integer(options, "compression_threshold", 0, 0, 100 * _MEBIBYTE),
        dial_timeout=_seconds(options, "dial_timeout") or wanted.dial_timeout,
        read_timeout=_seconds(options, "read_timeout"),
        write_timeout=_seconds(options, "write_timeout"),
        read_limit=_integer(options, "read_limit", 0, 0, 128 * _MEBIBYTE) or wanted.read_limit,
    )
    return wanted, _integer(options, "channel_capacity", _CAPACITY, 1, 10_000)


# --- the connection ---------------------------------------------------------------------------------------------------


@module.function(blocks=True)
def connect(url: Text, options: Table | None = None) -> LuaValue:
    """Connect to a server."""
    if not url:
        raise args.bad_argument(1, "connect", "URL required")
    allowed = permissions()
    if not allowed.allow("websocket.connect", ""):
        raise Failure(Kind.PERMISSION_DENIED, "websocket connections not allowed")
    allowed.demand("websocket.connect.url", url, url)
    wanted, capacity = _dial(url, options)
    dialling = gevent.spawn(_try_dial, wanted)
    withdraw = on_exit(lambda: dialling.kill(block=False))
    try:
        found = dialling.get()
    finally:
        withdraw()
    if isinstance(found, Failure):
        raise found
    return Client(found, capacity)


def _try_dial(wanted: Dial) -> WebSocket | Failure:
    try:
        return dial(wanted)
    except Failure as failure:
        return failure


@module.handle("websocket.Client")
class Client(Userdata):
    """A connection, which ends with the call or process that made it."""

    __slots__ = ("_channel", "_reader", "_socket", "_withdraw")

    def __init__(self, connection: WebSocket, capacity: int) -> None:
        self._socket = connection
        self._channel = Channel(capacity)
        self._withdraw: Callable[[], None] = on_exit(self._leave)
        self._reader = gevent.spawn(self._read)

    def _read(self) -> None:
        """Put what arrives into the channel; a full one holds the server up."""
        while (message := self._socket.receive()) is not None:
            taken = Event()
            if not self._channel.offer(_message(message), taken.set):
                taken.wait()
        self._channel.close()
        self._withdraw()

    def _leave(self) -> None:
        self._socket.close_nowait(GOING_AWAY)
        self._channel.close()

    @method(blocks=True)
    def send(self, data: Bytes, kind: int = _TEXT) -> bool:
        """Send a message, and wait until it is on its way."""
        if kind not in (_TEXT, _BINARY):
            raise args.bad_argument(2, "send", "the type must be websocket.TEXT or websocket.BINARY")
        try:
            message: str | bytes = data.decode("utf-8") if kind == _TEXT else bytes(data)
        except UnicodeDecodeError:
            raise Failure(Kind.INVALID, "a text message must be valid UTF-8; send it as websocket.BINARY") from None
        return self._sent(self._socket.send_nowait(message))

    @method(blocks=True)
    def ping(self) -> bool:
        """Send a ping."""
        return self._sent(self._socket.ping_nowait())

    def _sent(self, accepted: bool) -> bool:
        if not accepted or not self._socket.flush():
            raise Failure(Kind.INTERNAL, "the connection is closed")
        return True

    @method
    def channel(self) -> LuaValue:
        """Give the channel of messages: tables {type, data}. It is closed when the connection is."""
        return self._channel

    @method
    def receive(self) -> LuaValue:
        """Give the channel too: another name of the same."""
        return self._channel

    @method(blocks=True)
    def close(self, code: int = NORMAL, reason: Text | None = None) -> None:
        """Close, and wait until the other side has done so too."""
        if not 1000 <= code <= 4999:
            raise args.bad_argument(1, "close", "the code must be from 1000 to 4999")
        self._socket.close_nowait(code, reason or "")
        self._channel.close()
        self._reader.join(_CLOSING)


def _message(message: str | bytes) -> Table:
    if isinstance(message, str):
        return Table.from_dict({"type": "text", "data": encode(message)})
    return Table.from_dict({"type": "binary", "data": from_bytes(message)})


module.constants(
    {
        "TEXT": _TEXT,
        "BINARY": _BINARY,
        "TYPE_TEXT": "text",
        "TYPE_BINARY": "binary",
        "TYPE_PING": "ping",
        "TYPE_PONG": "pong",
        "TYPE_CLOSE": "close",
        "COMPRESSION": {"DISABLED": DISABLED, "CONTEXT_TAKEOVER": CONTEXT_TAKEOVER, "NO_CONTEXT": NO_CONTEXT},
        "CLOSE_CODES": {
            "NORMAL": 1000,
            "GOING_AWAY": 1001,
            "PROTOCOL_ERROR": 1002,
            "UNSUPPORTED_DATA": 1003,
            "RESERVED": 1004,
            "NO_STATUS": 1005,
            "ABNORMAL_CLOSURE": 1006,
            "INVALID_PAYLOAD": 1007,
            "POLICY_VIOLATION": 1008,
            "MESSAGE_TOO_BIG": 1009,
            "MANDATORY_EXTENSION": 1010,
            "INTERNAL_ERROR": 1011,
            "SERVICE_RESTART": 1012,
            "TRY_AGAIN_LATER": 1013,
            "BAD_GATEWAY": 1014,
            "TLS_HANDSHAKE": 1015,
        },
    }
)
