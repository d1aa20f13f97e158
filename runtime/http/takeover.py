"""Taking a connection away from the server that accepted it: after the request it speaks another protocol."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import gevent
from gevent import ssl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import falcon

_ERROR = 400

# Under this name a responder leaves a Takeover in the WSGI environment.
TAKEOVER = "wippy.takeover"


@dataclass(frozen=True)
class Takeover:
    """What goes on with the socket of a request, which it gets, unless the response has become an error meanwhile."""

    response: falcon.Response
    run: Callable[[Any], None]


class _Taken(Iterator[bytes]):
    """The body of a response that nobody is to send: servers leave the connection alone when they get it."""

    def __next__(self) -> bytes:
        raise StopIteration


TAKEN = _Taken()


def hand_over(environ: dict[str, Any], body: Iterable[bytes]) -> Iterable[bytes]:
    """Give the body that the application made, unless somebody goes on with the socket.

    That runs in a greenlet of its own on a duplicate of the socket, so that the server's greenlet, its buffers
    and its place among the server's connections are free again. TLS sockets cannot be duplicated: there it runs here.
    """
    takeover: Takeover | None = environ.pop(TAKEOVER, None)
    if takeover is None or takeover.response.status_code >= _ERROR:
        return body
    close = getattr(body, "close", None)
    if close is not None:
        close()
    sock = environ["gunicorn.socket"]
    if isinstance(sock, ssl.SSLSocket):
        takeover.run(sock)
    else:
        gevent.spawn(takeover.run, sock.dup())
    return TAKEN
