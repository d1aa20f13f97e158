"""Taking a connection away from the server that accepted it: after the request it speaks another protocol."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

import gevent
from gevent import ssl

if TYPE_CHECKING:
    from collections.abc import Iterable

# Under this name a responder leaves in the WSGI environment what is to go on with the socket.
TAKEOVER = "wippy.takeover"
Successor: TypeAlias = Callable[[Any], None]


class _Taken(Iterator[bytes]):
    """The body of a response that nobody is to send: servers leave the connection alone when they get it."""

    def __next__(self) -> bytes:
        raise StopIteration


TAKEN = _Taken()


def hand_over(environ: dict[str, Any], body: Iterable[bytes]) -> Iterable[bytes]:
    """Give the body that the application made, unless somebody goes on with the socket.

    The successor runs in a greenlet of its own on a duplicate of the socket, so that the server's greenlet, its buffers
    and its place among the server's connections are free again. TLS sockets cannot be duplicated: there it runs here.
    """
    successor: Successor | None = environ.pop(TAKEOVER, None)
    if successor is None:
        return body
    close = getattr(body, "close", None)
    if close is not None:
        close()
    sock = environ["gunicorn.socket"]
    if isinstance(sock, ssl.SSLSocket):
        successor(sock)
    else:
        gevent.spawn(successor, sock.dup())
    return TAKEN
