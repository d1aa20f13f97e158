"""What is answered to bytes that are no HTTP request, or none that this server takes."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from gunicorn.http import errors

from runtime.http.timed import TooSlowError

_STATUS: tuple[tuple[type[Exception], HTTPStatus], ...] = (
    (TooSlowError, HTTPStatus.REQUEST_TIMEOUT),
    (errors.LimitRequestLine, HTTPStatus.REQUEST_URI_TOO_LONG),
    (errors.LimitRequestHeaders, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE),
    (errors.ExpectationFailed, HTTPStatus.EXPECTATION_FAILED),
    (errors.ForbiddenProxyRequest, HTTPStatus.FORBIDDEN),
    (errors.UnsupportedTransferCoding, HTTPStatus.NOT_IMPLEMENTED),
    (errors.ConfigurationProblem, HTTPStatus.INTERNAL_SERVER_ERROR),
    (errors.NoMoreData, HTTPStatus.BAD_REQUEST),
    (errors.ParseException, HTTPStatus.BAD_REQUEST),
)
# The reasons repeat what the client sent; of that a little will do.
_LONGEST = 200


@dataclass(frozen=True)
class Refusal:
    """The answer to what cannot be answered otherwise."""

    status: HTTPStatus
    reason: str

    @classmethod
    def of(cls, error: Exception) -> Refusal | None:
        """Make the refusal that an error of the parser calls for; None for an error of another kind."""
        for kind, status in _STATUS:
            if isinstance(error, kind):
                text = "the client has left" if isinstance(error, errors.NoMoreData) else str(error)
                return cls(status, _printable(text))
        return None

    def response(self) -> bytes:
        """Give the whole response; the connection ends with it."""
        body = f"{self.status.value} {self.status.phrase}: {self.reason}\n".encode("ascii", "backslashreplace")
        head = (
            f"HTTP/1.1 {self.status.value} {self.status.phrase}\r\nConnection: close\r\n"
            f"Content-Type: text/plain; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode("ascii") + body


def _printable(text: str) -> str:
    shown = "".join(char if char.isprintable() else "?" for char in text)
    return shown if len(shown) <= _LONGEST else shown[:_LONGEST] + "..."
