"""The request of one exchange, as a handler may ask about it; every string is a Lua string, as WSGI gives it."""

from __future__ import annotations

import urllib.parse
from http import HTTPStatus
from typing import IO, TYPE_CHECKING, Any

import gevent

from runtime.binding import Failure, Kind
from runtime.http.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import falcon

_PIECE = 64 * 1024
_PLAIN_HEADERS = ("CONTENT_TYPE", "CONTENT_LENGTH")


class IncomingRequest:
    """What the client sent. `params` holds what the route captured, without empty values; None outside of a route."""

    def __init__(self, request: falcon.Request, params: Mapping[str, str] | None = None) -> None:
        self._environ: dict[str, Any] = request.env
        self._query: dict[str, list[str]] | None = None
        self._request = request
        self._body: RequestBody | None = None
        self.params = params

    @property
    def body(self) -> RequestBody:
        """The body, which can be read once."""
        if self._body is None:
            self._body = RequestBody(_stream(self._request), self.content_length())
        return self._body

    def method(self) -> str:
        """Give the method in capitals."""
        return str(self._environ["REQUEST_METHOD"])

    def path(self) -> str:
        """Give the path, percent-decoded, without the query."""
        return str(self._environ.get("PATH_INFO") or "/")

    @property
    def query(self) -> dict[str, list[str]]:
        """The query parameters; a name may have several values, and a value may be empty."""
        if self._query is None:
            self._query = {}
            text = self._environ.get("QUERY_STRING", "")
            for name, value in urllib.parse.parse_qsl(text, keep_blank_values=True, encoding="latin-1"):
                self._query.setdefault(name, []).append(value)
        return self._query

    def header(self, name: str) -> str | None:
        """Give a header, whose name is compared without case; several of one name come joined by commas."""
        key = name.upper().replace("-", "_")
        value = self._environ.get(key if key in _PLAIN_HEADERS else "HTTP_" + key)
        return value if value or key not in _PLAIN_HEADERS else None

    def content_length(self) -> int:
        """Give the announced length of the body in bytes, -1 when there is none."""
        text = self.header("Content-Length")
        return int(text) if text is not None and text.isdigit() else -1

    def host(self) -> str:
        """Give the host and port that the client addressed."""
        environ = self._environ
        return str(environ.get("HTTP_HOST") or f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}")

    def remote_address(self) -> str:
        """Give "ip:port" of the client; the address alone where a proxy told it, for that tells no port."""
        address = str(self._environ.get("REMOTE_ADDR", ""))
        port = self._environ.get("REMOTE_PORT", "0")
        if port == "":
            return address
        return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"

    def content_type_is(self, expected: str) -> bool:
        """Tell whether the content type starts with the expected text, whatever the case."""
        return (self.header("Content-Type") or "").lower().startswith(expected.lower())

    def accepts(self, media_type: str) -> bool:
        """Tell whether Accept lists exactly this media type, or everything; weights and text/* do not count."""
        listed = [item.partition(";")[0].strip().lower() for item in (self.header("Accept") or "").split(",")]
        return media_type.lower() in listed or "*/*" in listed


def _stream(request: falcon.Request) -> IO[bytes]:
    """Take the body as the server gives it where the server ends it, else as long as announced."""
    return request.stream if request.env.get("wsgi.input_terminated") else request.bounded_stream  # type: ignore[return-value]


class RequestBody:
    """The body, which can be read once. Reading may switch; `timeout` is in seconds for one call, 0 meaning none."""

    def __init__(self, stream: IO[bytes], length: int) -> None:
        self._stream = stream
        self._received = 0
        self.length = length  # in bytes; -1 when the client did not announce one
        # The status that says what the client did wrong; None as long as nothing is wrong with the body.
        self.fault: int | None = None

    def read_all(self, limit: int, timeout: float) -> bytes:
        """Read what is left, at most `limit` bytes; an empty string the second time."""
        if self.length > limit:
            raise self._too_large(limit)
        pieces = []
        size = 0
        with _deadline(timeout, self.blame):
            while piece := self._piece(min(_PIECE, limit + 1 - size)):
                pieces.append(piece)
                size += len(piece)
                if size > limit:
                    raise self._too_large(limit)
        return b"".join(pieces)

    def read(self, size: int, timeout: float = 0) -> bytes:
        """Read up to `size` bytes; an empty string at the end."""
        with _deadline(timeout, self.blame):
            return self._piece(size)

    def _piece(self, size: int) -> bytes:
        try:
            piece: bytes = self._stream.read(size)
        except Exception as broken:
            refusal = Refusal.of(broken)
            if refusal is not None:
                self.blame(refusal.status)
            elif not isinstance(broken, (OSError, EOFError, ValueError)):
                raise
            reason = refusal.reason if refusal is not None else broken
            raise Failure(Kind.INTERNAL, f"failed to read the request body: {reason}") from broken
        self._received += len(piece)
        if not piece and self.length > self._received:
            self.blame(HTTPStatus.BAD_REQUEST)
            raise Failure(
                Kind.INTERNAL,
                f"failed to read the request body: the client sent {self._received} of {self.length} bytes",
            )
        return piece

    def blame(self, status: HTTPStatus) -> None:
        """Take note of what the client did wrong; the first mistake counts."""
        self.fault = self.fault or status.value

    def _too_large(self, limit: int) -> Failure:
        self.blame(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return Failure(Kind.INVALID, "request body too large", details={"max_body": limit})


class _deadline:  # noqa: N801  (reads as a statement: with _deadline(5))
    """Turns the end of a time limit into the failure that a handler receives."""

    def __init__(self, seconds: float, blame: Callable[[HTTPStatus], None]) -> None:
        self._seconds = seconds
        self._blame = blame
        self._timeout = gevent.Timeout(seconds if seconds > 0 else None)

    def __enter__(self) -> None:
        self._timeout.start()

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        self._timeout.close()
        if error is self._timeout:
            self._blame(HTTPStatus.REQUEST_TIMEOUT)
            raise Failure(
                Kind.INTERNAL, f"failed to read the request body: timeout after {round(self._seconds * 1000)} ms"
            ) from None
