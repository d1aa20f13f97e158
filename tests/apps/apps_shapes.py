"""Requests of every shape that is HTTP at all, for Hypothesis to choose from; bad framing is the business of others."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import socket
from dataclasses import dataclass

from hypothesis import strategies as st

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "X-ODD")
SAFE = "abcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@"
KEY = base64.b64encode(b"x" * 16).decode()
HEADERS = {
    "Accept": ("*/*", "application/json", "text/html;q=0.5, */*;q=nan", ",,;", "a" * 2000),
    "Accept-Encoding": ("gzip", "gzip;q=0, *", "br, gzip;q=x", "*;q=0.001", ""),
    "Authorization": ("Bearer ", "Bearer x.y", "Bearer \xff\xfe", "Basic Og==", "Bearer"),
    "Cookie": ("a=b; x-auth-token=\xfc", "=;;=", "x-auth-token", 'x="\\"'),
    "Origin": ("null", "https://example.org", "http://[", "*", "\xe4"),
    "Access-Control-Request-Method": ("GET", "", "\xff"),
    "Access-Control-Request-Headers": ("x, y", ",", "a" * 500),
    "X-Forwarded-For": ("1.2.3.4", "x, 10.0.0.1", "::1, , 300.1.1.1", "fe80::1%eth0", "[::1]"),
    "X-Real-IP": ("1.2.3.4", "nobody", "\u00a01"),
    "Range": (
        "bytes=0-0",
        "bytes=-1",
        "bytes=5-2",
        "bytes=0-,1-",
        "bytes=99999999999999999999-",
        "lines=1",
        "bytes=a-b",
    ),
    "If-Range": ('"x"', "Wed, 21 Oct 2015 07:28:00 GMT", "x"),
    "If-None-Match": ("*", '"x"', 'W/"x", "y', ","),
    "If-Modified-Since": ("Wed, 21 Oct 2035 07:28:00 GMT", "yesterday", "Wed, 21 Oct 99999 07:28:00 GMT", "0"),
    "Content-Encoding": ("gzip", "x"),
    "Expect": ("100-continue",),
    "Last-Event-ID": ("1", "\xff"),
    "User-Agent": ("", "x", "\xe4\xf6"),
    "X-Odd-Name": ("x" * 3000, "\t x \t"),
    "TE": ("trailers",),
}
TYPES = (
    "application/json",
    "application/json; charset=\xff",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "multipart/form-data; boundary=B",
    'multipart/form-data; boundary="B"; x',
    "multipart/form-data; boundary=" + "b" * 300,
    "text/plain; charset=nonsense",
    "/",
    ";",
)
UPGRADES = (
    {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": KEY},
    {"Connection": "keep-alive, Upgrade", "Upgrade": "WebSocket", "Sec-WebSocket-Version": "8"},
    {"Connection": "Upgrade", "Upgrade": "h2c, websocket", "Sec-WebSocket-Key": "short"},
    {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": KEY}
    | {
        "Sec-WebSocket-Extensions": "permessage-deflate; server_max_window_bits=99, x; y=",
        "Sec-WebSocket-Protocol": "a,,",
    },
)
PARTS = (
    b'--B\r\nContent-Disposition: form-data; name="a"\r\n\r\nvalue\r\n',
    b'--B\r\nContent-Disposition: form-data; name="f"; filename="../x"\r\nContent-Type: text/plain\r\n\r\nfile\r\n',
    b"--B\r\nContent-Disposition: form-data\r\n\r\nno name\r\n",
    b"--B\r\nX: \xff\r\n\r\n\x00\r\n",
    b"--B\r\n\r\n",
    b"--B\r\nContent-Disposition: form-data; name=\"b\"; filename*=utf-8''%ff\r\n\r\n--\r\n",
    b"--B--\r\n",
    b"--B--",
    b"\r\n",
)


@dataclass(frozen=True)
class Request:
    """A request as it is sent; the body goes in chunks of `chunk` bytes, or with its length where that is 0."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    chunk: int

    def encode(self) -> bytes:
        lines = [f"{self.method} {self.target} HTTP/1.1", "Host: localhost", *(f"{k}: {v}" for k, v in self.headers)]
        if self.chunk:
            lines.append("Transfer-Encoding: chunked")
            pieces = [self.body[at : at + self.chunk] for at in range(0, len(self.body), self.chunk)]
            body = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
        else:
            body = self.body
            if body or self.method in ("POST", "PUT", "PATCH"):
                lines.append(f"Content-Length: {len(body)}")
        return "\r\n".join((*lines, "", "")).encode("latin-1", "replace") + body


def escaped(data: bytes) -> str:
    return "".join(f"%{byte:02x}" for byte in data)


segments = st.one_of(
    st.text(SAFE, max_size=8),
    st.binary(max_size=5).map(escaped),
    st.sampled_from(("..", ".", "%2e%2e", "%2f", "%00", "%5c", "%", "%zz", "%c3%a9", "x" * 500, "{x}", "index.html")),
)
pairs = st.tuples(st.text(SAFE, max_size=6), st.one_of(st.text(SAFE, max_size=6), st.binary(max_size=6).map(escaped)))
queries = st.one_of(
    st.just(""),
    st.lists(pairs, max_size=4).map(lambda found: "?" + "&".join(f"{name}={value}" for name, value in found)),
    st.text(SAFE + "%&=?/", max_size=12).map(lambda text: "?" + text),
)
bodies = st.one_of(
    st.just(b""),
    st.binary(max_size=300),
    st.sampled_from((b"{}", b"[", b"null", b'"\\ud800"', b"[" * 5000, b"1e999", b'{"a":' * 300, b"\xff", b"x" * 9000)),
    st.fixed_dictionaries(
        {},
        optional={
            "title": st.one_of(st.text(max_size=20), st.integers(), st.none()),
            "completed": st.one_of(st.booleans(), st.text(max_size=3)),
            "version": st.one_of(st.integers(), st.floats(allow_nan=False)),
            "method": st.sampled_from(("GET", "POST", "OPTIONS", "NONE")),
            "path": st.one_of(
                st.text(max_size=20), st.sampled_from(("/", "/{a}", "/{a...}", "/a/{$}", "/{a}/{a}", "//"))
            ),
            "source": st.one_of(st.text(max_size=20), st.just("return function() return {1} end")),
        },
    ).map(lambda value: json.dumps(value).encode()),
    st.lists(st.sampled_from(PARTS), max_size=6).map(b"".join),
)
plain_headers = st.lists(
    st.sampled_from(sorted(HEADERS)).flatmap(lambda name: st.tuples(st.just(name), st.sampled_from(HEADERS[name]))),
    max_size=4,
    unique_by=lambda header: header[0],
)
more_headers = st.one_of(
    st.just({}),
    st.sampled_from(TYPES).map(lambda kind: {"Content-Type": kind}),
    st.sampled_from(UPGRADES),
)


def requests(*known: str) -> st.SearchStrategy[Request]:
    """Make requests to what is known ("GET /path"), with other methods, to what is below, and beside."""
    lines = st.sampled_from([tuple(line.split(" ", 1)) for line in known])
    below = st.tuples(lines, st.lists(segments, min_size=1, max_size=3))
    beside = st.tuples(st.sampled_from(METHODS), st.lists(segments, max_size=4).map("/".join))
    wanted = st.one_of(
        lines,
        lines,
        st.tuples(st.sampled_from(METHODS), lines).map(lambda found: (found[0], found[1][1])),
        below.map(lambda found: (found[0][0], "/".join((found[0][1].rstrip("/"), *found[1])))),
        beside.map(lambda found: (found[0], "/" + found[1])),
    )
    return st.builds(
        lambda line, query, headers, more, body, chunk: Request(
            line[0], line[1] + query, (*headers, *more.items()), body, chunk
        ),
        wanted,
        queries,
        plain_headers,
        more_headers,
        bodies,
        st.sampled_from((0, 0, 0, 1, 7, 5000)),
    )


@dataclass(frozen=True)
class Seen:
    """What came back; `text` is empty where the connection goes on as something else."""

    status: int
    headers: http.client.HTTPMessage
    text: str


class Client:
    """Sends requests on one connection while the server keeps it, and opens another then."""

    def __init__(self, port: int, patience: float) -> None:
        self._address = ("127.0.0.1", port)
        self._patience = patience
        self._socket: socket.socket | None = None

    def ask(self, request: Request) -> Seen:
        """Send a request and take its answer; a TimeoutError when there is none in time."""
        if self._socket is None:
            self._socket = socket.create_connection(self._address, self._patience)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # refused before all was sent
            self._socket.sendall(request.encode())
        response = http.client.HTTPResponse(self._socket, method=request.method)
        response.begin()
        goes_on = response.status == 101 or (response.getheader("Content-Type") or "").startswith("text/event-stream")
        text = "" if goes_on else response.read().decode("latin-1")
        if goes_on or response.will_close:
            self.close()
        return Seen(response.status, response.headers, text)

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None
