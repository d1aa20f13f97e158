"""Sending requests and taking answers: redirects, limits, timeouts."""

from __future__ import annotations

import ipaddress
import socket
import urllib.parse
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

import gevent
from urllib3.exceptions import HTTPError, ProtocolError
from urllib3.util import Timeout

from runtime.binding import Failure, Kind
from runtime.durations import format_duration
from runtime.http.client.pools import Pools
from runtime.http.client.request import AGENT, Request
from runtime.process import current

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from urllib3 import BaseHTTPResponse

    from runtime.permissions import Permissions

T = TypeVar("T")
_REDIRECTS = 10
_REPEATABLE = ("GET", "HEAD", "OPTIONS", "TRACE")
_PIECE = 64 * 1024
_OWN_HEADERS = {"User-Agent": AGENT, "Accept-Encoding": "gzip"}
# Not sent on to another host.
_PRIVATE_HEADERS = ("authorization", "cookie", "www-authenticate", "proxy-authorization")


@dataclass(frozen=True)
class Response:
    """An answer; strings are Lua strings. `stream` is set, and `body` empty, when it is yet to be read."""

    status: int
    url: str
    headers: dict[str, str]
    cookies: dict[str, str]
    body: bytes = b""
    stream: BodyStream | None = None


class BodyStream:
    """The body of an answer that is read piece by piece; each read waits at most `timeout` seconds."""

    def __init__(self, response: BaseHTTPResponse, timeout: float, *, decode: bool) -> None:
        self._response = response
        self._timeout = timeout
        self._decode = decode

    def read(self, size: int) -> bytes:
        """Give up to `size` bytes as soon as there are some; an empty string at the end."""
        return _within(self._timeout, "reading", lambda: self._response.read1(size, decode_content=self._decode))

    def close(self) -> None:
        """Close the connection, unless the body was read to its end; more than once does no harm."""
        self._response.close()


class HttpClient:
    """The client of a node."""

    def __init__(self) -> None:
        self._pools = Pools()

    def send(self, request: Request, permissions: Permissions) -> Response:
        """Send a request and wait for its answer, in the code of a process; raise Failure."""
        return self.send_all([request], permissions)[0].get()

    def send_all(self, requests: Sequence[Request], permissions: Permissions) -> list[Sending]:
        """Send requests at the same time, and wait until all are answered or have failed.

        Each has a greenlet, which ends when the call or process that waits is over.
        """
        sendings = [Sending(self, request, permissions) for request in requests]
        withdraw = current.on_exit(lambda: _abandon(sendings))
        try:
            for sending in sendings:
                sending.wait()
        finally:
            withdraw()
        return sendings

    def exchange(self, request: Request, permissions: Permissions) -> Response:
        """Send a request, follow redirects and read the body, all within its timeout; raise Failure."""
        what = f"{request.method} {request.url}"
        return _within(request.timeout, what, lambda: self._exchange(request, permissions))

    def _exchange(self, request: Request, permissions: Permissions) -> Response:
        response, url = self._follow(request, permissions)
        decode = _decodes(request)
        if request.stream:
            stream = BodyStream(response, request.timeout, decode=decode)
            return _answer(response, url, decoded=decode, stream=stream)
        try:
            body = _read(response, request.max_body, decode=decode)
            return _answer(response, url, decoded=decode and request.method != "HEAD", body=body)
        finally:
            response.close()  # takes the connection with it, unless the body was read to its end

    def _follow(self, request: Request, permissions: Permissions) -> tuple[BaseHTTPResponse, str]:
        for _ in range(_REDIRECTS + 1):
            check_address(request, permissions)
            response = self._open(request)
            location = response.get_redirect_location()
            if not location:
                return response, request.url
            response.drain_conn()
            response.release_conn()
            request = _redirected(request, response.status, location)
            permissions.demand("http_client.request", request.url, request.url)
        raise Failure(Kind.INTERNAL, f"stopped after {_REDIRECTS} redirects", retryable=True)

    def _open(self, request: Request) -> BaseHTTPResponse:
        try:
            return self._open_once(request)
        except ProtocolError:
            # The server may have closed the connection that was kept, just when the request went out.
            if request.method not in _REPEATABLE:
                raise
            return self._open_once(request)

    def _open_once(self, request: Request) -> BaseHTTPResponse:
        manager = self._pools.manager(request.transport)
        given = {name.lower() for name in request.headers}
        ours = {name: value for name, value in _OWN_HEADERS.items() if name.lower() not in given}
        return manager.urlopen(
            request.method,
            request.url,
            headers={**request.headers, **ours},
            body=request.body,
            redirect=False,
            retries=False,
            preload_content=False,
            timeout=Timeout(None),
        )

    def close(self) -> None:
        """Close idle connections."""
        self._pools.close()


def _abandon(sendings: Sequence[Sending]) -> None:
    for sending in sendings:
        sending.abandon()


class Sending:
    """A request that is under way in a greenlet of its own."""

    def __init__(self, client: HttpClient, request: Request, permissions: Permissions) -> None:
        self._outcome: Response | Failure | None = None
        self._greenlet = gevent.spawn(self._run, client, request, permissions)

    def _run(self, client: HttpClient, request: Request, permissions: Permissions) -> None:
        try:
            self._outcome = client.exchange(request, permissions)
        except Failure as failure:
            self._outcome = failure

    def wait(self) -> None:
        """Wait until it is over."""
        self._greenlet.get()

    def get(self) -> Response:
        """Give the answer; raise the Failure that is there in its place."""
        if isinstance(self._outcome, Response):
            return self._outcome
        raise self._outcome or Failure(Kind.CANCELED, "the request was abandoned")

    @property
    def failure(self) -> Failure | None:
        """Why it failed."""
        return self._outcome if isinstance(self._outcome, Failure) else None

    def abandon(self) -> None:
        """End it."""
        self._greenlet.kill(block=False)


def _within(seconds: float, what: str, action: Callable[[], T]) -> T:
    """Do something within a time; what the network makes of it becomes a Failure."""
    timeout = gevent.Timeout(seconds)
    timeout.start()
    try:
        return action()
    except gevent.Timeout as expired:
        if expired is not timeout:
            raise
        reason = f"{what}: timeout after {format_duration(seconds)}"
        raise Failure(Kind.INTERNAL, reason, retryable=True) from None
    except (HTTPError, OSError) as error:
        raise Failure(Kind.INTERNAL, f"{what}: {_reason(error)}", retryable=True) from error
    except ValueError as error:
        raise Failure(Kind.INVALID, f"{what}: {error}") from error
    finally:
        timeout.close()


def _reason(error: BaseException) -> str:
    """Say what went wrong in the words of the innermost error."""
    while True:
        inner = next((each for each in (*error.args, error.__cause__) if isinstance(each, BaseException)), None)
        if inner is None:
            break
        error = inner
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error).rpartition(": ")[2] if isinstance(error, HTTPError) else str(error) or type(error).__name__


def _decodes(request: Request) -> bool:
    """Tell whether the body is unpacked here: unless the caller asked for an encoding."""
    return all(name.lower() != "accept-encoding" for name in request.headers)


def _read(response: BaseHTTPResponse, limit: int, *, decode: bool) -> bytes:
    pieces = []
    size = 0
    for piece in response.stream(_PIECE, decode_content=decode):
        pieces.append(piece)
        size += len(piece)
        if size > limit:
            raise Failure(Kind.INTERNAL, f"response body too large (max {limit} bytes)", retryable=True)
    return b"".join(pieces)


def _redirected(request: Request, status: int, location: str) -> Request:
    """Make the request that follows a redirect (RFC 9110, 15.4), as browsers and Go do."""
    url = urllib.parse.urljoin(request.url, location)
    before, after = urllib.parse.urlsplit(request.url), urllib.parse.urlsplit(url)
    dropped: set[str] = set()
    method, body = request.method, request.body
    if status in (301, 302, 303) and method not in ("GET", "HEAD"):
        method, body = "GET", None
        dropped |= {"content-type", "content-length", "content-encoding", "transfer-encoding"}
    if (before.scheme, before.hostname, before.port) != (after.scheme, after.hostname, after.port):
        dropped |= {*_PRIVATE_HEADERS, "host"}
    headers = {name: value for name, value in request.headers.items() if name.lower() not in dropped}
    return replace(request, method=method, url=url, body=body, headers=headers)


def check_address(request: Request, permissions: Permissions) -> None:
    """Refuse a private address unless it is permitted; raise Failure PERMISSION_DENIED. May wait for the resolver."""
    host = urllib.parse.urlsplit(request.url).hostname
    if not permissions.limited or not host or request.transport.unix_socket:
        return
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except OSError:
        return  # the request itself will say so
    for text in sorted(map(str, found)):
        address = ipaddress.ip_address(text.partition("%")[0])
        if address.is_private or address.is_loopback or address.is_link_local or address.is_unspecified:
            permissions.demand("http_client.private_ip", text, f"private IP {text}")


def _answer(
    response: BaseHTTPResponse, url: str, *, decoded: bool, body: bytes = b"", stream: BodyStream | None = None
) -> Response:
    headers: dict[str, str] = {}
    for name, value in response.headers.iteritems():
        headers.setdefault("-".join(part.capitalize() for part in name.split("-")), value)
    if decoded and headers.get("Content-Encoding", "").lower() == "gzip":
        del headers["Content-Encoding"]
        headers.pop("Content-Length", None)
    cookies = dict(map(_cookie, response.headers.getlist("Set-Cookie")))
    return Response(response.status, url, headers, cookies, body, stream)


def _cookie(header: str) -> tuple[str, str]:
    name, _, value = header.partition(";")[0].partition("=")
    return name.strip(), value.strip().strip('"')
