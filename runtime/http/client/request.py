"""What is asked of a server: method, URL, headers and body, ready to be sent."""

from __future__ import annotations

import base64
import re
import urllib.parse
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from urllib3.fields import RequestField
from urllib3.filepost import encode_multipart_formdata

from runtime.binding import Failure, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")  # RFC 9110, 5.6.2
AGENT = "wippy"
DEFAULT_TIMEOUT = 30.0  # seconds
DEFAULT_MAX_BODY = 120 * 1024 * 1024  # bytes
_OCTETS = "application/octet-stream"
_URL_SAFE = "!#$%&'()*+,/:;=?@[]~"  # what a URL may hold as it is; the rest is percent-encoded


@dataclass(frozen=True)
class Upload:
    """A file of a form."""

    name: str
    filename: str
    content: bytes


@dataclass(frozen=True)
class Tls:
    """How to talk TLS; certificates and keys are PEM text, "" where there is none."""

    cert: str = ""
    key: str = ""
    ca: str = ""
    server_name: str = ""
    insecure: bool = False


@dataclass(frozen=True)
class Transport:
    """How to reach a server; requests that agree in it share connections."""

    unix_socket: str = ""
    tls: Tls | None = None


@dataclass(frozen=True)
class Request:
    """One request. Header values are Lua strings; `timeout` is in seconds, `max_body` in bytes."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    timeout: float = DEFAULT_TIMEOUT
    max_body: int = DEFAULT_MAX_BODY
    stream: bool = False
    transport: Transport = Transport()


def check_url(url: str, schemes: Sequence[str] = ("http", "https")) -> str:
    """Give a URL (text) with what may not stand in one percent-encoded; raise Failure INVALID for what is none."""
    quoted = urllib.parse.quote(url.strip().encode("utf-8", "surrogateescape"), safe=_URL_SAFE)
    try:
        parts = urllib.parse.urlsplit(quoted)
        port = parts.port
    except ValueError as error:
        raise Failure(Kind.INVALID, f"invalid URL {url!r}: {error}") from None
    if parts.scheme not in schemes or not parts.hostname or port == 0:
        raise Failure(Kind.INVALID, f"invalid URL {url!r}: write one such as {schemes[-1]}://example.com/path")
    return quoted


def check_headers(headers: dict[str, str]) -> dict[str, str]:
    """Give headers (Lua strings); raise Failure INVALID for one that could end before its value does."""
    for name, value in headers.items():
        if not TOKEN.fullmatch(name) or any(char in value for char in "\r\n\0"):
            raise Failure(Kind.INVALID, f"invalid header {_text(name)!r}: a name is a token, a value one line")
    return headers


def with_query(url: str, query: Mapping[str, Sequence[bytes]]) -> str:
    """Set query parameters of a URL, replacing those of the same names."""
    if not query:
        return url
    parts = urllib.parse.urlsplit(url)
    values: dict[str, list[bytes]] = {}
    for name, value in urllib.parse.parse_qsl(parts.query, keep_blank_values=True, encoding="latin-1"):
        values.setdefault(name, []).append(value.encode("latin-1"))
    values |= {name: list(given) for name, given in query.items()}
    return urllib.parse.urlunsplit(parts._replace(query=_encode(values)))


def form_body(fields: Mapping[str, Sequence[bytes]]) -> tuple[bytes, str]:
    """Encode a form; give the body and its content type. Names are Lua strings, as in `with_query`."""
    return _encode(fields).encode(), "application/x-www-form-urlencoded"


def multipart_body(fields: Mapping[str, Sequence[bytes]], files: Sequence[Upload]) -> tuple[bytes, str]:
    """Encode a form with files; give the body and its content type."""
    parts = []
    for name, values in sorted(fields.items()):
        for value in values:
            part = RequestField(_text(name), value)
            part.make_multipart()
            parts.append(part)
    for upload in files:
        part = RequestField(upload.name, upload.content, filename=upload.filename)
        part.make_multipart(content_type=_OCTETS)
        parts.append(part)
    return encode_multipart_formdata(parts)


def basic_auth(user: bytes, password: bytes) -> str:
    """Give the value of the Authorization header."""
    return "Basic " + base64.b64encode(user + b":" + password).decode()


def _encode(values: Mapping[str, Sequence[bytes]]) -> str:
    pairs = [(name.encode("latin-1"), value) for name, given in sorted(values.items()) for value in given]
    return urllib.parse.urlencode(pairs)


def _text(string: str) -> str:
    return string.encode("latin-1").decode("utf-8", "replace")
