"""One end of an open WebSocket connection, of a server or a client."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import gevent
from gevent import socket
from wsproto.connection import ConnectionState
from wsproto.events import BytesMessage, CloseConnection, Ping, Pong, TextMessage
from wsproto.utilities import LocalProtocolError, RemoteProtocolError

from runtime.process.timing import start_timer
from runtime.websocket.outbox import Outbox

if TYPE_CHECKING:
    from wsproto.connection import Connection
    from wsproto.events import Event

    from runtime.process.timing import TimerHandle

NORMAL = 1000
GOING_AWAY = 1001
NO_STATUS = 1005
ABNORMAL = 1006
TOO_BIG = 1009
TRY_AGAIN_LATER = 1013
_PIECE = 64 * 1024
_MAX_REASON = 123  # bytes (RFC 6455, 5.5)
_LINGER = 1.0  # seconds
_CLOSING = 5.0  # seconds for the other side to answer a closing frame
_MAX_PENDING = 16 * 1024 * 1024  # bytes that may wait for a slow receiver
_TURN = 16  # pieces that are read before others get their turn


class WebSocket:
    """A connection. `code` and `reason` say why it was closed, once `receive` has given None.

    Methods that end in `_nowait` may be called from the event loop.
    """

    def __init__(
        self, sock: Any, protocol: Connection, max_message: int, *, write_timeout: float | None = None
    ) -> None:
        self._sock = sock
        self._protocol = protocol
        self._max_message = max_message
        self._outbox = Outbox(sock, self.abort, write_timeout)
        self._force: TimerHandle | None = None
        self._pieces = 0
        self._whole: list[Any] = []
        self._size = 0
        self._events = protocol.events()
        self.code = ABNORMAL
        self.reason = ""

    @property
    def is_open(self) -> bool:
        """Tell whether messages can be sent."""
        return self._protocol.state is ConnectionState.OPEN and not self._outbox.closed

    # --- sending ------------------------------------------------------------------------------------------------------

    def send_nowait(self, data: str | bytes) -> bool:
        """Send a message, text (str) or binary, later; False when the connection is closing.

        A receiver that lets too much wait is cut off.
        """
        message: Event = TextMessage(data=data) if isinstance(data, str) else BytesMessage(data=data)
        sent = self._put(message)
        if self._outbox.pending > _MAX_PENDING:
            self.close_nowait(TRY_AGAIN_LATER, "too slow")
            self.abort()
        return sent

    def ping_nowait(self) -> bool:
        """Send a ping later."""
        return self._put(Ping())

    def flush(self) -> bool:
        """Wait until all is written; False when the connection broke before."""
        return self._outbox.flush()

    def close_nowait(self, code: int = NORMAL, reason: str = "") -> None:
        """Begin to close; the connection is cut when the other side does not answer in time."""
        if self._put(CloseConnection(code=code, reason=_short(reason))) and self._force is None:
            self.code, self.reason = code, reason
            self._force = start_timer(_CLOSING, self.abort)

    def abort(self) -> None:
        """Cut the connection; `receive` ends."""
        if self._force is not None:
            self._force.stop()
        self._outbox.close()
        with suppress(OSError):  # the other side may have been faster
            self._sock.shutdown(socket.SHUT_RDWR)

    def _put(self, event: Event) -> bool:
        if self._outbox.closed:
            return False
        try:
            data = self._protocol.send(event)
        except LocalProtocolError:
            return False  # it is closing
        self._outbox.put(data)
        return True

    # --- receiving ----------------------------------------------------------------------------------------------------

    def receive(self) -> str | bytes | None:
        """Wait for a message; None at the end, when the socket is closed."""
        try:
            while True:
                message = self._next()
                if message is not None:
                    return message
                if not self._read():
                    self._end()
                    return None
        except RemoteProtocolError as error:
            if isinstance(error.event_hint, CloseConnection):
                self._put(error.event_hint)
                self.code, self.reason = int(error.event_hint.code), error.event_hint.reason or ""
            self._linger()
            self._end()
            return None
        except BaseException:
            self.abort()
            self._end()
            raise

    def _read(self) -> bool:
        """Take in a piece; False when there will be no more."""
        if self._protocol.state in (ConnectionState.CLOSED, ConnectionState.REMOTE_CLOSING):
            return False
        self._pieces += 1
        if self._pieces % _TURN == 0:
            gevent.sleep(0)  # a socket that is never empty would keep the event loop for itself
        try:
            data = self._sock.recv(_PIECE)
        except OSError:
            return False
        if data:
            self._protocol.receive_data(data)
            self._events = self._protocol.events()
        return bool(data)

    def _next(self) -> str | bytes | None:
        """Go through what was received until a message is whole."""
        for event in self._events:
            if isinstance(event, (TextMessage, BytesMessage)):
                message = self._part(event)
                if message is not None:
                    return message
            elif isinstance(event, Ping):
                self._put(event.response())
            elif isinstance(event, CloseConnection):
                self._closed(event)
            else:
                assert isinstance(event, Pong), f"an event of an open connection: {event}"
        return None

    def _part(self, event: TextMessage | BytesMessage) -> str | bytes | None:
        self._size += len(event.data)
        if self._size > self._max_message:
            hint = CloseConnection(code=TOO_BIG, reason=f"a message is longer than {self._max_message} bytes")
            raise RemoteProtocolError("too big", event_hint=hint)
        self._whole.append(event.data)
        if not event.message_finished:
            return None
        parts, self._whole, self._size = self._whole, [], 0
        return "".join(parts) if isinstance(event, TextMessage) else b"".join(parts)

    def _closed(self, event: CloseConnection) -> None:
        if self._force is None:
            self.code, self.reason = int(event.code), event.reason or ""
        if self._protocol.state is ConnectionState.OPEN:  # not a frame: wsproto says so of what is no WebSocket data
            raise RemoteProtocolError("not well-formed", event_hint=event)
        if self._protocol.state is ConnectionState.REMOTE_CLOSING:
            self._put(event.response())

    def _linger(self) -> None:
        """Read what still comes, for a while: a socket that is closed with unread data takes the closing frame back."""
        self._outbox.flush(_LINGER)
        end = time.monotonic() + _LINGER
        with suppress(OSError):
            self._sock.shutdown(socket.SHUT_WR)
            self._sock.settimeout(_LINGER)
            while time.monotonic() < end and self._sock.recv(_PIECE):
                pass

    def _end(self) -> None:
        if self._force is not None:
            self._force.stop()
        self._outbox.flush(_CLOSING)
        self._outbox.close()
        self._sock.close()


def _short(reason: str) -> str:
    """Cut a reason to what a closing frame can hold."""
    return reason.encode("utf-8", "replace")[:_MAX_REASON].decode("utf-8", "ignore")
