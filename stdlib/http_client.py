"""The `http_client` module: requests to other servers (documentation page lua/http/client)."""

import re
import urllib.parse
from dataclasses import replace
from typing import Any

from runtime.binding import Bytes, Failure, Kind, LuaString, LuaValue, Module, Table, Text
from runtime.binding.text import decode, encode, from_bytes, to_bytes
from runtime.durations import parse_duration
from runtime.http.client.client import Response
from runtime.http.client.request import (
    DEFAULT_MAX_BODY,
    DEFAULT_TIMEOUT,
    TOKEN,
    Request,
    Tls,
    Transport,
    Upload,
    basic_auth,
    check_headers,
    check_url,
    form_body,
    multipart_body,
    with_query,
)
from runtime.lua import args
from runtime.lua.numbers import number_text
from runtime.node import current as node
from runtime.permissions import permissions
from runtime.process.current import context, on_exit
from stdlib.stream import Stream

module = Module(
    "http_client",
    classes=("network", "io", "nondeterministic"),
    permissions={
        "http_client.request": "the URL",
        "http_client.private_ip": "the IP address",
        "http_client.unix_socket": "the path of the socket",
        "http_client.insecure_tls": "the URL",
    },
)

_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2}).{0,2}", re.DOTALL)
_PIECE = 64 * 1024


# --- options ----------------------------------------------------------------------------------------------------------


def _table(options: Table, name: str) -> Table | None:
    value = options.get(name)
    if value is not None and not isinstance(value, Table):
        raise Failure(Kind.INVALID, f"{name} must be a table, got {args.type_name(value)}")
    return value


def _string(options: Table, name: str) -> str:
    """Give a string option as a Lua string, "" when it is missing."""
    value = options.get(name)
    if isinstance(value, str):
        return value
    if value is not None:
        raise Failure(Kind.INVALID, f"{name} must be a string, got {args.type_name(value)}")
    return ""


def _scalar(value: LuaValue, what: str) -> str:
    """Give a string, number or boolean as a Lua string."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(number_text(value))
    raise Failure(Kind.INVALID, f"{what} must be a string, got {args.type_name(value)}")


def _pairs(options: Table, name: str) -> dict[str, str]:
    found = _table(options, name)
    pairs = found.items() if found is not None else ()
    return {_scalar(key, f"a key of {name}"): _scalar(value, f"{name}.{key}") for key, value in pairs}


def _fields(options: Table, name: str) -> dict[str, list[bytes]]:
    """Give the fields of a query or form; a list gives a field several values."""
    found = _table(options, name)
    fields = {}
    for key, value in found.items() if found is not None else ():
        values = value.array if isinstance(value, Table) else [value]
        fields[_scalar(key, f"a key of {name}")] = [to_bytes(_scalar(each, f"{name}.{key}")) for each in values]
    return fields


def _uploads(options: Table) -> list[Upload]:
    files = _table(options, "files")
    return [_upload(item, number) for number, item in enumerate(files.array if files is not None else (), 1)]


def _upload(item: LuaValue, number: int) -> Upload:
    if not isinstance(item, Table):
        raise Failure(Kind.INVALID, f"files[{number}] must be a table, got {args.type_name(item)}")
    name, content, reader = decode(_string(item, "name")), item.get("content"), item.get("reader")
    if not name:
        raise Failure(Kind.INVALID, f"files[{number}] has no name: the name of the form field")
    if isinstance(content, str):
        data = to_bytes(content)
    elif isinstance(reader, Stream):
        data = b"".join(iter(lambda: reader.take(_PIECE), b""))
    else:
        raise Failure(Kind.INVALID, f"files[{number}] has neither content (a string) nor reader (a stream)")
    return Upload(name, decode(_string(item, "filename")), data)


def _timeout(options: Table) -> float:
    value = options.get("timeout")
    if value is None:
        return DEFAULT_TIMEOUT
    try:
        seconds = parse_duration(decode(value) if isinstance(value, str) else value)
    except ValueError as error:
        raise Failure(Kind.INVALID, f"timeout: {error}") from None
    return seconds if seconds > 0 else DEFAULT_TIMEOUT


def _max_body(options: Table) -> int:
    value = options.get("max_response_body")
    number = args.exact_integer(value) if value is not None else 0
    if number is None or number < 0:
        raise Failure(Kind.INVALID, "max_response_body must be a whole number of at least 0")
    return number or DEFAULT_MAX_BODY


def _transport(options: Table) -> Transport:
    if options.get("overlay_network") is not None:
        raise Failure(Kind.INVALID, "overlay_network: network overlays are not available")
    socket = decode(_string(options, "unix_socket"))
    given = _table(options, "tls")
    if given is None:
        return Transport(socket)
    texts = {name: decode(_string(given, name)) for name in ("cert", "key", "ca", "server_name")}
    return Transport(socket, Tls(**texts, insecure=given.get("insecure_skip_verify") is True))


def _body(options: Table) -> tuple[bytes | None, str]:
    """Give the body and the content type that it sets, "" for none."""
    fields, files = _fields(options, "form"), _uploads(options)
    if files:
        return multipart_body(fields, files)
    if fields:
        return form_body(fields)
    text = _string(options, "body")
    return to_bytes(text) if text else None, ""


def _headers(options: Table, content_type: str) -> dict[str, str]:
    headers = {"Content-Type": content_type} if content_type else {}
    for name, value in check_headers(_pairs(options, "headers")).items():
        headers = {known: old for known, old in headers.items() if known.lower() != name.lower()}
        headers[name] = value
    cookies = _pairs(options, "cookies")
    if cookies:
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    auth = _table(options, "auth")
    if auth is not None and _string(auth, "user"):
        headers["Authorization"] = basic_auth(to_bytes(_string(auth, "user")), to_bytes(_string(auth, "pass")))
    return headers


def _request(method: str, url: str, options: Table | None) -> Request:
    """Make a request of what Lua code asks for, and see that it may."""
    options = options if options is not None else Table()
    body, content_type = _body(options)
    made = Request(
        method,
        with_query(check_url(url), _fields(options, "query")),
        _headers(options, content_type),
        body,
        _timeout(options),
        _max_body(options),
        options.get("stream") is True,
        _transport(options),
    )
    tracing = node().tracing
    if tracing is not None and tracing.settings.inject:
        headers = dict(made.headers)
        tracing.inject(context(), headers)
        made = replace(made, headers=headers)
    allowed = permissions()
    transport = made.transport
    if transport.unix_socket:
        allowed.demand("http_client.unix_socket", transport.unix_socket, f"unix socket {transport.unix_socket}")
    if transport.tls is not None and transport.tls.insecure:
        allowed.demand("http_client.insecure_tls", url, f"insecure TLS for {url}")
    allowed.demand("http_client.request", url, url)
    return made


# --- the answer -------------------------------------------------------------------------------------------------------


def _answer(response: Response) -> Table:
    values: dict[str, Any] = {
        "status_code": response.status,
        "url": encode(response.url),
        "headers": Table.from_dict(dict(response.headers)),
        "cookies": Table.from_dict(dict(response.cookies)),
    }
    stream = response.stream
    if stream is None:
        values |= {"body": from_bytes(response.body), "body_size": len(response.body)}
    else:
        on_exit(stream.close)
        values |= {"stream": Stream(stream, closing=stream.close), "body_size": -1}
    for name in ("headers", "cookies"):
        values[name].keyed = True
    return Table.from_dict(values)


def _send(method: str, url: str, options: Table | None) -> Table:
    return _answer(node().http_client.send(_request(method, url, options), permissions()))


# --- functions --------------------------------------------------------------------------------------------------------


def _demand_url(url: str, position: int, function: str) -> str:
    if not url:
        raise args.bad_argument(position, function, "URL required")
    return url


@module.function(blocks=True)
def get(url: Text, options: Table | None = None) -> LuaValue:
    """Send GET."""
    return _send("GET", _demand_url(url, 1, "get"), options)


@module.function(blocks=True)
def post(url: Text, options: Table | None = None) -> LuaValue:
    """Send POST."""
    return _send("POST", _demand_url(url, 1, "post"), options)


@module.function(blocks=True)
def put(url: Text, options: Table | None = None) -> LuaValue:
    """Send PUT."""
    return _send("PUT", _demand_url(url, 1, "put"), options)


@module.function(blocks=True)
def patch(url: Text, options: Table | None = None) -> LuaValue:
    """Send PATCH."""
    return _send("PATCH", _demand_url(url, 1, "patch"), options)


@module.function(blocks=True)
def delete(url: Text, options: Table | None = None) -> LuaValue:
    """Send DELETE."""
    return _send("DELETE", _demand_url(url, 1, "delete"), options)


@module.function(blocks=True)
def head(url: Text, options: Table | None = None) -> LuaValue:
    """Send HEAD."""
    return _send("HEAD", _demand_url(url, 1, "head"), options)


def _method(method: str) -> str:
    if not TOKEN.fullmatch(method):
        raise Failure(Kind.INVALID, f"invalid method {method!r}: it must be a token such as GET")
    return method.upper()


@module.function(blocks=True)
def request(method: Text, url: Text, options: Table | None = None) -> LuaValue:
    """Send any method."""
    if not method:
        raise args.bad_argument(1, "request", "method required")
    return _send(_method(method), _demand_url(url, 2, "request"), options)


@module.function(blocks=True)
def request_batch(requests: Table) -> LuaValue:
    """Send requests at the same time: their answers, and the errors of those that failed."""
    if not requests.length():
        raise args.bad_argument(1, "request_batch", "requests table cannot be empty")
    made = [_batched(item, number) for number, item in enumerate(requests.array, 1)]
    responses, errors = Table(), Table()
    for number, sending in enumerate(node().http_client.send_all(made, permissions()), 1):
        failure = sending.failure
        if failure is None:
            responses.set(number, _answer(sending.get()))
        else:
            errors.set(number, failure.to_error())
    return responses, errors if any(True for _ in errors.items()) else None


def _batched(item: LuaValue, number: int) -> Request:
    if not isinstance(item, Table):
        raise Failure(Kind.INVALID, f"request {number} must be a table {{method, url, options}}")
    method, url, options = (item.get(place) for place in (1, 2, 3))
    if not isinstance(method, str) or not isinstance(url, str) or not (options is None or isinstance(options, Table)):
        raise Failure(Kind.INVALID, f"request {number}: method and URL must be strings, options a table")
    return replace(_request(_method(decode(method)), decode(url), options), stream=False)


@module.function
def encode_uri(text: Bytes) -> LuaString:
    """Encode what stands in a query."""
    return LuaString(urllib.parse.quote_plus(text, safe=""))


@module.function
def decode_uri(text: LuaString) -> Bytes:
    """Decode what stands in a query."""
    bad = _BAD_ESCAPE.search(text)
    if bad is not None:
        raise Failure(Kind.INVALID, f"invalid URL escape {decode(bad[0])!r}")
    return Bytes(urllib.parse.unquote_to_bytes(to_bytes(text.replace("+", " "))))
