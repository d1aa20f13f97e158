"""Taking a connection away from the server that accepted it: after the request it speaks another protocol."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import falcon

_ERROR = 400

# Under this name a responder leaves a Takeover in the WSGI environment.
TAKEOVER = "wippy.takeover"
# Under this name a server leaves what a responder calls when its answer will go on for long: the connection gives up
# its place among those that a server has at a time.
LONG_LIVED = "wippy.long_lived"


@dataclass(frozen=True)
class Takeover:
    """What goes on with the socket of a request, which it gets, unless the response has become an error meanwhile."""

    response: falcon.Response
    run: Callable[[Any], None]


class _Taken(Iterator[bytes]):
    """The body of a response that nobody is to send: the server hands the connection over when it gets it."""

    def __next__(self) -> bytes:
        raise StopIteration


TAKEN = _Taken()


def prepare(environ: dict[str, Any], body: Iterable[bytes]) -> Iterable[bytes]:
    """Give the body that the application made; TAKEN when the takeover in the environment is to go on instead."""
    takeover: Takeover | None = environ.get(TAKEOVER)
    if takeover is None:
        return body
    if takeover.response.status_code >= _ERROR:
        del environ[TAKEOVER]
        return body
    close = getattr(body, "close", None)
    if close is not None:
        close()
    return TAKEN
