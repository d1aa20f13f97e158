"""The response of one exchange: status and headers are held back until the first byte of the body."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gevent.event import Event

from runtime.binding import Failure, Kind
from runtime.http.pipe import Pipe, PipeClosed

if TYPE_CHECKING:
    from collections.abc import Callable

    import falcon

_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_UNSAFE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
# The server decides about these: how a connection is kept and how a body is framed is not a handler's business.
_SERVERS_OWN = frozenset(
    ("connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "content-length")
)
_BODILESS = (204, 304)
_WHOLE_PAGE = re.compile(rb"\s*<(!doctype html|html)[\s>]", re.IGNORECASE)
_BUFFER = 64 * 1024  # bytes that are held back before the body starts to stream by itself


class OutgoingResponse:
    """What a handler answers. Writing and flushing may switch when the body streams, all else only remembers.

    `touched`: the handler took the response into its hands. `sealed`: a byte was written, so status and headers stand.
    `ready` is set when the body streams or the handler has ended.
    """

    def __init__(self, *, discard_body: bool = False) -> None:
        self.status = 200
        self.headers: dict[str, str] = {}
        self.touched = False
        self.sealed = False
        self.ready = Event()
        self._event_stream = False
        self._chunked = False
        self._discard = discard_body
        self._buffer: list[bytes] = []
        self._buffered = 0
        self._length = 0
        self._start = b""  # by which a page of HTML is known where no content type was set
        self._pipe: Pipe | None = None

    def set_status(self, status: int) -> None:
        """Set the status code."""
        self._refuse_if_sealed("set the status")
        if not 200 <= status <= 999:
            raise Failure(Kind.INVALID, f"invalid status code {status}: it must be between 200 and 999")
        self.status = status
        self.touched = True

    def set_header(self, name: str, value: str) -> None:
        """Set a header, replacing one of the same name; refuse what could end the header early."""
        self._refuse_if_sealed("set headers")
        self._put(name, value)
        self.touched = True

    def set_content_type(self, value: str) -> None:
        """Set the content type; this alone does not count as touching the response."""
        self._refuse_if_sealed("set the content type")
        self._put("content-type", value)

    def set_chunked(self) -> None:
        """Send the body in chunks, without a length."""
        self._refuse_if_sealed("set the transfer mode")
        self._chunked = True
        self.headers["cache-control"] = "no-cache"

    def set_event_stream(self) -> None:
        """Make the response a stream of server-sent events."""
        self._refuse_if_sealed("set the transfer mode")
        self._event_stream = True
        self.headers["content-type"] = "text/event-stream"
        self.headers["cache-control"] = "no-cache"

    def write(self, data: bytes) -> None:
        """Append to the body."""
        self.touched = self.sealed = True
        self._start = self._start or data[:64]
        self._length += len(data)
        if self._discard or not data or self.status in _BODILESS:
            return
        if self._pipe is not None:
            self._send(data)
            return
        self._buffer.append(data)
        self._buffered += len(data)
        if self._buffered > _BUFFER:
            self.flush()

    def write_json(self, data: bytes) -> None:
        """Append JSON text to the body; the content type becomes JSON unless it was set."""
        if not self.sealed:
            self.headers.setdefault("content-type", "application/json")
        self.write(data)

    def write_event(self, name: str, data: str) -> None:
        """Send a server-sent event at once; `data` is one line of text."""
        if not self._event_stream:
            if self.sealed:
                raise Failure(Kind.INVALID, "cannot switch to server-sent events after the body has begun")
            self.set_event_stream()
        if "\n" in name or "\r" in name:
            raise Failure(Kind.INVALID, "the name of a server-sent event cannot contain a line break")
        self.write(f"event: {name}\ndata: {data}\n\n".encode("latin-1"))
        self.flush()

    def flush(self) -> None:
        """Send what was written so far."""
        self.touched = self.sealed = True
        if self._discard or self.status in _BODILESS:
            return
        if self._pipe is None:
            self._pipe = Pipe()
            self.ready.set()
        data = b"".join(self._buffer)
        self._buffer.clear()
        self._buffered = 0
        if data:
            self._send(data)

    def finish(self) -> None:
        """End the body; never waits."""
        if self._pipe is not None:
            self._pipe.end()
        self.ready.set()

    def reset(self) -> None:
        """Forget status and headers, for an error that takes the place of an answer that has not begun."""
        self.status = 200
        self.headers.clear()

    @property
    def streams(self) -> bool:
        """Tell whether the body goes out in pieces while the handler still runs."""
        return self._pipe is not None

    def deliver(self, response: falcon.Response, abandon: Callable[[], None]) -> None:
        """Hand over to Falcon; `abandon` is called when the client goes away before the end."""
        response.status = self.status
        if "content-type" not in self.headers and _WHOLE_PAGE.match(self._start):
            self.headers["content-type"] = "text/html; charset=utf-8"
        cookie = self.headers.pop("set-cookie", None)
        response.set_headers(self.headers)
        if cookie is not None:
            response.append_header("set-cookie", cookie)
        if self._discard:
            response.set_header("content-length", str(self._length))
        elif self._pipe is not None:
            response.stream = _Body(self._pipe, abandon)
        elif self._chunked or self._event_stream:
            response.stream = iter([b"".join(self._buffer)])
        else:
            response.data = b"".join(self._buffer)

    def _put(self, name: str, value: str) -> None:
        key = name.lower()
        if not _TOKEN.fullmatch(name):
            raise Failure(Kind.INVALID, f"invalid header name {name!r}")
        if _UNSAFE.search(value):
            raise Failure(
                Kind.INVALID, f"invalid value of header {name!r}: it contains a line break or another control character"
            )
        if key not in _SERVERS_OWN:
            self.headers[key] = value

    def _refuse_if_sealed(self, what: str) -> None:
        if self.sealed:
            raise Failure(Kind.INVALID, f"cannot {what} after the body has begun")

    def _send(self, data: bytes) -> None:
        assert self._pipe is not None
        try:
            self._pipe.put(data)
        except PipeClosed:
            raise Failure(Kind.INTERNAL, "write failed: the client has gone away") from None


class _Body(Iterator[bytes]):
    """The pieces of a streaming body, as WSGI takes them."""

    def __init__(self, pipe: Pipe, abandon: Callable[[], None]) -> None:
        self._pipe = pipe
        self._abandon = abandon
        self._ended = False

    def __next__(self) -> bytes:
        piece = self._pipe.get()
        if piece is None:
            self._ended = True
            raise StopIteration
        return piece

    def close(self) -> None:
        """End the exchange: called by the server after the last piece, or as soon as the client is gone."""
        if not self._ended:
            self._pipe.close()
            self._abandon()
