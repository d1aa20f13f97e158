"""One connection of a client: its requests, read by gunicorn's parser, are answered one after the other.

The same code serves under gunicorn, whose workers accept connections in our way, and under `wippy run`.
"""

from __future__ import annotations

import logging
import time
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import gevent
from gevent import socket, ssl
from greenlet import GreenletExit
from gunicorn.http import wsgi
from gunicorn.http.errors import InvalidHeader, NoMoreData
from gunicorn.http.message import Request

from runtime.http.access import Access
from runtime.http.refusals import Refusal
from runtime.http.reply import Reply
from runtime.http.takeover import LONG_LIVED, TAKEN, TAKEOVER
from runtime.http.timed import TimedReader, TooSlowError
from runtime.http.tls import plain_http_answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from gunicorn.config import Config

    from runtime.http.settings import Settings

log = logging.getLogger("wippy.http")

# Seconds, where the service has no `timeouts`:
_HEAD = 60.0  # from the first byte of a request to the end of its headers
_PAUSE = 60.0  # between two pieces of a body
_IDLE = 75.0  # without a request
_HANDSHAKE = 10.0  # of TLS
_STALL = 60.0  # until TCP gives up a client that takes nothing of what it is sent
# What is read of a body that the handler left, so that the connection can be kept.
_LEFT_BODY = 256 * 1024  # bytes
_LEFT_PAUSE = 2.0  # seconds
_HURRY = 1.0  # seconds for the last words to a client
_PIECE = 64 * 1024
_UNLIMITED = nullcontext()


@dataclass(frozen=True)
class Terms:
    """What holds for the connections of a service; times are seconds, 0 where the service says nothing."""

    read: float = 0.0
    write: float = 0.0
    idle: float = 0.0
    tls: ssl.SSLContext | None = None


@dataclass(frozen=True)
class Served:
    """What a listener serves: the WSGI application of a service; its terms may change with the registry."""

    name: str
    application: Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
    terms: Callable[[], Terms]
    parsing: Config | Settings


class Connection:
    """One connection. `is_last` says of each answer whether the connection ends with it.

    `step_out` is called when an answer will go on for long.
    """

    def __init__(
        self,
        client: tuple[Any, Any],
        served: Served,
        is_last: Callable[[], bool],
        step_out: Callable[[], None],
    ) -> None:
        self._socket, address = client
        self._peer = address or ("", 0)  # a Unix socket has no address
        self._here = self._socket.getsockname()
        self._served = served
        self._terms = served.terms()
        self._is_last = is_last
        self._step_out = step_out
        self._requests = 0
        self._taken = False
        self._reader = TimedReader(self._socket)

    @property
    def secure(self) -> bool:
        """Whether it is a TLS connection."""
        return isinstance(self._socket, ssl.SSLSocket)

    def serve(self, answering: Any) -> None:
        """Serve until the connection ends; `answering` is a context in which each request is answered."""
        try:
            _be_patient(self._socket)
            if self._terms.tls is not None and not self._encrypt(self._terms.tls):
                return
            while self._wait_for_request():
                with answering:
                    if not self._next():
                        return
        except OSError as broken:  # the client has gone
            log.debug("%s: connection of %s: %s", self._served.name, self._peer[0], broken)
        finally:
            if not self._taken:
                self._socket.close()

    def _encrypt(self, context: ssl.SSLContext) -> bool:
        """Do the handshake of TLS; False when there will be no connection."""
        raw = self._socket
        self._socket = context.wrap_socket(raw, server_side=True, do_handshake_on_connect=False)
        self._socket.settimeout(_HANDSHAKE)
        try:
            self._socket.do_handshake()
        except (OSError, ValueError) as failed:
            log.info("%s: TLS with %s failed: %s", self._served.name, self._peer[0], failed)
            if getattr(failed, "reason", "") == "HTTP_REQUEST":
                plain_http_answer(self._socket)
            return False
        self._socket.settimeout(None)
        self._reader = TimedReader(self._socket)
        return True

    # --- requests -----------------------------------------------------------------------------------------------------

    def _wait_for_request(self) -> bool:
        """Wait for the first byte of a request; False when none comes in time."""
        if not self._reader.is_empty:
            return True
        self._reader.deadline, self._reader.pause = None, self._terms.idle or _IDLE
        try:
            piece = self._reader.chunk()
        except TooSlowError:
            return False
        self._reader.unread(piece)
        return bool(piece)

    def _next(self) -> bool:
        """Answer a request; tell whether there may be another one."""
        try:
            request = self._read_head()
        except NoMoreData:
            return False
        except Exception as error:
            refusal = Refusal.of(error)
            if refusal is None:
                raise
            self._refuse(refusal)
            return False
        if not self._answer(request):
            if request.body.failed:
                self._linger()
            return False
        if self._discard_body(request):
            return True
        self._linger()
        return False

    def _read_head(self) -> Any:
        self._requests += 1
        self._reader.pause = None
        self._reader.deadline = time.monotonic() + (self._terms.read or _HEAD)
        request = Request(self._served.parsing, self._reader, self._peer, self._requests)
        if self.secure:
            request.scheme = "https"
        if request.version >= (1, 1) and not any(name == "HOST" for name, _ in request.headers):
            raise InvalidHeader("HOST is missing", req=request)  # RFC 9112, 3.2
        if not self._terms.read:
            self._reader.deadline, self._reader.pause = None, _PAUSE
        return request

    def _refuse(self, refusal: Refusal) -> None:
        """Answer what is no proper request, and end the connection."""
        access = Access("-", "-", refusal.status, str(self._peer[0]))
        log.info("%s: refused a request of %s: %s", self._served.name, self._peer[0], refusal.reason)
        with suppress(OSError):
            self._socket.sendall(refusal.response())
            self._linger()
        access.write(self._served.name)

    def _discard_body(self, request: Any) -> bool:
        """Read what the handler left of the body; False when that is too much, comes too slowly or is malformed."""
        if request.body.failed:
            return False  # where the next request begins is not known
        self._reader.deadline, self._reader.pause = None, _LEFT_PAUSE
        left = _LEFT_BODY
        try:
            while left > 0:
                piece = request.body.read(min(_PIECE, left))
                if not piece:
                    return True
                left -= len(piece)
        except Exception as error:
            if not isinstance(error, OSError) and Refusal.of(error) is None:
                raise
        return False

    def _linger(self) -> None:
        """End our side and read on for a while: a socket closed with unread data takes the answer back.

        RFC 9112, 9.6.
        """
        end = time.monotonic() + _LEFT_PAUSE
        with suppress(OSError):
            socket.socket.shutdown(self._socket, socket.SHUT_WR)
            self._socket.settimeout(_LEFT_PAUSE)
            while time.monotonic() < end and self._socket.recv(_PIECE):
                pass

    # --- answers ------------------------------------------------------------------------------------------------------

    def _answer(self, request: Any) -> bool:
        """Answer a request; tell whether the connection can be kept."""
        began = time.monotonic()
        response, environ = wsgi.create(
            request, self._socket, self._peer, self._here, self._served.parsing, response_class=Reply
        )
        environ["wsgi.multithread"] = True
        environ[LONG_LIVED] = self._step_out
        if self._is_last():
            response.force_close()
        with self._limited(self._terms.write) if self._terms.write else _UNLIMITED:
            try:
                body = self._served.application(environ, response.start_response)
                if body is TAKEN:
                    self._hand_over(environ)
                    return False
                if request.body.failed:
                    response.force_close()
                _send(body, response, environ)
            except OSError:
                raise
            except GreenletExit:
                self._give_up(response, HTTPStatus.SERVICE_UNAVAILABLE, "the server ends")
                return False
            except Exception:
                log.exception("%s: %s %s", self._served.name, request.method, request.uri)
                self._give_up(response, HTTPStatus.INTERNAL_SERVER_ERROR, "the server has made a mistake")
                return False
            finally:
                if not self._taken:
                    self._tell(response, environ, time.monotonic() - began)
        return not response.should_close() and not self._is_last()

    def _give_up(self, response: Any, status: HTTPStatus, reason: str) -> None:
        """Answer what cannot be answered any more, if nothing has been sent; the connection ends."""
        if not response.headers_sent:
            response.status_code = status.value
            self._socket.settimeout(_HURRY)
            self._socket.sendall(Refusal(status, reason).response())

    def _tell(self, response: Any, environ: dict[str, Any], seconds: float) -> None:
        Access.to(environ, getattr(response, "status_code", 500), response.sent, seconds).write(self._served.name)

    def _hand_over(self, environ: dict[str, Any]) -> None:
        """Let somebody else go on with the socket, in a greenlet of its own: so the place of this one is free."""
        self._taken = True
        sock = self._socket
        if not self.secure:
            sock = socket.socket(sock.family, sock.type, sock.proto, fileno=sock.detach())
        gevent.spawn(environ.pop(TAKEOVER).run, sock)

    @contextmanager
    def _limited(self, seconds: float) -> Iterator[None]:
        """Cut the connection when an answer takes longer."""
        timer = gevent.get_hub().loop.timer(seconds)
        timer.start(self._cut)
        try:
            yield
        finally:
            timer.close()

    def _cut(self) -> None:
        if not self._taken:
            log.warning("%s: an answer to %s was cut off: timeouts.write", self._served.name, self._peer[0])
            with suppress(OSError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


def _send(body: Any, response: Any, environ: dict[str, Any]) -> None:
    try:
        if isinstance(body, environ["wsgi.file_wrapper"]):
            response.write_file(body)
        else:
            for piece in body:
                response.write(piece)
        response.close()
    finally:
        close = getattr(body, "close", None)
        if close is not None:
            close()


def _be_patient(sock: Any) -> None:
    """Send small pieces at once, and have the system give up clients that take nothing."""
    if sock.family in (socket.AF_INET, socket.AF_INET6):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(_STALL * 1000))
