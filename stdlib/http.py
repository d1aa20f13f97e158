"""The `http` module: the request that a handler answers, and its response (documentation page lua/http/http)."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from runtime.binding import Bytes, Failure, Kind, LuaString, LuaValue, Module, Table, Userdata, method
from runtime.http.exchange import ATTACHMENT, Exchange
from runtime.http.multipart import Form, Upload, parse_form
from runtime.http.request import IncomingRequest
from runtime.http.response import OutgoingResponse
from runtime.lua import args
from runtime.lua.jsontext import JsonError, decode, encode
from runtime.process.current import context, on_exit
from stdlib.stream import Stream

module = Module("http", classes=("network", "io", "nondeterministic"))

_MAX_BODY = 120 * 1024 * 1024  # bytes
_TIMEOUT = 300_000  # ms
_MAX_MEMORY = 32 * 1024 * 1024  # bytes


def _exchange() -> Exchange:
    exchange = context().attachments.get(ATTACHMENT)
    if not isinstance(exchange, Exchange):
        raise Failure(
            Kind.INTERNAL,
            "no HTTP request context found: only the function that an http.endpoint calls has one",
        )
    return exchange


@dataclass(frozen=True)
class Limits:
    """What a handler allows for the body: bytes, and milliseconds for reading it."""

    max_body: int = _MAX_BODY
    timeout: int = _TIMEOUT


def _limits(options: Table | None) -> Limits:
    if options is None:
        return Limits()
    values = {}
    for key in ("max_body", "timeout"):
        value = options.get(key)
        if value is not None:
            number = args.exact_integer(value)
            if number is None or number < 0:
                raise args.bad_argument(1, "request", f"{key} must be a whole number of at least 0")
            values[key] = number
    return Limits(**values)


@module.function
def request(options: Table | None = None) -> LuaValue:
    """Give the request that this function answers."""
    return Request(_exchange().request, _limits(options))


@module.function
def response() -> LuaValue:
    """Give the response to the request that this function answers."""
    return Response(_exchange().response)


def _string_table(values: dict[str, str]) -> Table:
    table = Table.from_dict(dict(values))
    table.keyed = True
    return table


@module.handle("http.Request")
class Request(Userdata):
    """The request as Lua sees it."""

    __slots__ = ("_limits", "_request")

    def __init__(self, incoming: IncomingRequest, limits: Limits) -> None:
        self._request = incoming
        self._limits = limits

    def lua_tostring(self) -> str:
        """Give the text of `tostring(req)`."""
        return f"http.Request{{{self._request.method()} {self._request.path()}}}"

    @method
    def method_(self) -> LuaString:
        """Give the method."""
        return LuaString(self._request.method())

    @method
    def path(self) -> LuaString:
        """Give the path."""
        return LuaString(self._request.path())

    @method
    def query(self, name: LuaString) -> LuaValue:
        """Give the first value of a query parameter."""
        values = self._request.query.get(name)
        return values[0] if values else None

    @method
    def query_params(self) -> Table:
        """Give all query parameters; several values of one are joined by commas."""
        return _string_table({name: ",".join(values) for name, values in self._request.query.items()})

    @method
    def header(self, name: LuaString) -> LuaValue:
        """Give a header, whose name is compared without case."""
        return self._request.header(name)

    @method
    def content_type(self) -> LuaValue:
        """Give the content type."""
        return self._request.header("Content-Type")

    @method
    def content_length(self) -> int:
        """Give the announced length of the body, -1 when there is none."""
        return self._request.content_length()

    @method
    def host(self) -> LuaString:
        """Give the host that the client addressed."""
        return LuaString(self._request.host())

    @method
    def remote_addr(self) -> LuaString:
        """Give "ip:port" of the client."""
        return LuaString(self._request.remote_address())

    @method
    def param(self, name: LuaString) -> LuaValue:
        """Give what the route captured under a name."""
        return self._params().get(name)

    @method
    def params(self) -> Table:
        """Give all that the route captured."""
        return _string_table(self._params())

    @method
    def has_body(self) -> bool:
        """Tell whether the client announced a body of some length."""
        return self._request.content_length() > 0

    @method
    def is_content_type(self, expected: LuaString) -> bool:
        """Tell whether the content type starts with a text."""
        return self._request.content_type_is(expected)

    @method
    def accepts(self, media_type: LuaString) -> bool:
        """Tell whether the client listed a media type, or accepts everything."""
        return self._request.accepts(media_type)

    @method(blocks=True)
    def body(self) -> Bytes:
        """Read the body, which can be read once; "" after that."""
        return Bytes(self._read())

    @method(blocks=True)
    def body_json(self) -> LuaValue:
        """Read the body as JSON."""
        text = self._read().decode("latin-1")
        try:
            return decode(text)
        except JsonError as error:
            self._request.body.blame(HTTPStatus.BAD_REQUEST)
            raise Failure(Kind.INVALID, str(error)) from error

    @method
    def stream(self) -> LuaValue:
        """Give the body as a stream."""
        body = self._request.body
        return Stream(body, body.length)

    @method(blocks=True)
    def parse_multipart(self, max_memory: int = _MAX_MEMORY) -> LuaValue:
        """Read the body as a form with files."""
        try:
            form = parse_form(self._request.body, self._request.header("Content-Type") or "", max_memory)
        except Failure:
            self._request.body.blame(HTTPStatus.BAD_REQUEST)
            raise
        on_exit(form.close)
        return _form_table(form)

    def _read(self) -> bytes:
        return self._request.body.read_all(self._limits.max_body, self._limits.timeout / 1000)

    def _params(self) -> dict[str, str]:
        if self._request.params is None:
            raise Failure(Kind.INTERNAL, "no route parameters found")
        return dict(self._request.params)


def _form_table(form: Form) -> Table:
    values = {name: found[0] if len(found) == 1 else Table.from_list(found) for name, found in form.values.items()}
    files = {name: Table.from_list([MultipartFile(upload) for upload in found]) for name, found in form.files.items()}
    tables = {"values": Table.from_dict(values), "files": Table.from_dict(files)}
    for table in tables.values():
        table.keyed = True
    return Table.from_dict(tables)


@module.handle("http.MultipartFile")
class MultipartFile(Userdata):
    """An uploaded file."""

    __slots__ = ("_upload",)

    def __init__(self, upload: Upload) -> None:
        self._upload = upload

    @method
    def name(self) -> LuaString:
        """Give the file name that the client sent; never use it as a path."""
        return LuaString(self._upload.name)

    @method
    def size(self) -> int:
        """Give the size in bytes."""
        return self._upload.size

    @method
    def header(self, name: LuaString) -> LuaValue:
        """Give a header of the part."""
        return self._upload.headers.get(name.lower()) or None

    @method
    def stream(self) -> LuaValue:
        """Give the content from its start."""
        content = self._upload.content
        if content.closed:
            raise Failure(Kind.INTERNAL, "the file was closed by its first stream")
        content.seek(0)
        return Stream(content, self._upload.size, content)


@module.handle("http.Response")
class Response(Userdata):
    """The response as Lua sees it. Its methods give the response itself, or the error object when they failed."""

    __slots__ = ("_response",)
    # Handlers end with `return res:write_json(...)`: that it arrives as nil is no mistake to warn about.
    transferable = True

    def __init__(self, outgoing: OutgoingResponse) -> None:
        self._response = outgoing

    def lua_copy(self) -> LuaValue:
        """Give what arrives in another process."""
        return None

    @method
    def set_status(self, code: int) -> LuaValue:
        """Set the status code."""
        return self._done(lambda: self._response.set_status(code))

    @method
    def set_header(self, name: LuaString, value: LuaString) -> LuaValue:
        """Set a header."""
        return self._done(lambda: self._response.set_header(name, value))

    @method
    def set_content_type(self, value: LuaString) -> LuaValue:
        """Set the content type."""
        return self._done(lambda: self._response.set_content_type(value))

    @method
    def set_transfer(self, mode: LuaString) -> LuaValue:
        """Choose how the body is sent: "chunked" or "sse"."""
        modes = {"chunked": self._response.set_chunked, "sse": self._response.set_event_stream}
        if mode not in modes:
            raise args.bad_argument(1, "set_transfer", "invalid transfer mode: use 'chunked' or 'sse'")
        return self._done(modes[mode])

    @method(blocks=True)
    def write(self, data: Bytes) -> LuaValue:
        """Append to the body."""
        return self._done(lambda: self._response.write(data))

    @method(blocks=True)
    def write_json(self, value: LuaValue = None) -> LuaValue:
        """Append a value as JSON to the body."""
        return self._done(lambda: self._response.write_json(_json(value).encode("latin-1")))

    @method(blocks=True)
    def write_event(self, event: Table) -> LuaValue:
        """Send a server-sent event: {name = text, data = any value}."""
        name = event.get("name")
        if not isinstance(name, str) or not name:
            raise args.bad_argument(1, "write_event", "missing event name")
        data = event.get("data")
        if data is None:
            raise args.bad_argument(1, "write_event", "missing event data")
        return self._done(lambda: self._response.write_event(name, _json(data)))

    @method(blocks=True)
    def flush(self) -> LuaValue:
        """Send what was written so far."""
        return self._done(self._response.flush)

    def _done(self, action: Callable[[], None]) -> LuaValue:
        try:
            action()
        except Failure as failure:
            return failure.to_error()
        return self


def _json(value: LuaValue) -> str:
    try:
        return encode(value)
    except JsonError as error:
        raise Failure(Kind.INVALID, f"failed to encode JSON: {error}") from error


_STATUS = {
    **{status.name: status.value for status in HTTPStatus if status.name in {
        "OK", "CREATED", "ACCEPTED", "NO_CONTENT", "PARTIAL_CONTENT",
        "MOVED_PERMANENTLY", "FOUND", "SEE_OTHER", "NOT_MODIFIED", "TEMPORARY_REDIRECT", "PERMANENT_REDIRECT",
        "BAD_REQUEST", "UNAUTHORIZED", "PAYMENT_REQUIRED", "FORBIDDEN", "NOT_FOUND", "METHOD_NOT_ALLOWED",
        "NOT_ACCEPTABLE", "CONFLICT", "GONE", "TOO_MANY_REQUESTS",
        "INTERNAL_SERVER_ERROR", "NOT_IMPLEMENTED", "BAD_GATEWAY", "SERVICE_UNAVAILABLE", "GATEWAY_TIMEOUT",
    }},
    "UNPROCESSABLE": 422,
    "INTERNAL_ERROR": 500,
    "VERSION_NOT_SUPPORTED": 505,
}  # fmt: skip

module.constants(
    {
        "METHOD": {name: name for name in ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS")},
        "STATUS": _STATUS,
        "CONTENT": {
            "JSON": "application/json",
            "FORM": "application/x-www-form-urlencoded",
            "MULTIPART": "multipart/form-data",
            "TEXT": "text/plain",
            "STREAM": "application/octet-stream",
        },
        "TRANSFER": {"CHUNKED": "chunked", "SSE": "sse"},
        "ERROR": {name: name for name in ("PARSE_FAILED", "INVALID_STATE", "WRITE_FAILED", "STREAM_ERROR")},
    }
)
