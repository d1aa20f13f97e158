"""The formats of payloads: Lua values as JSON, YAML, MessagePack, text and bytes, and back (page lua/data/payload)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runtime.binding import Error, Failure, Kind, Table, to_lua, to_python
from runtime.binding.text import decode, from_bytes, to_bytes
from runtime.lua import jsontext
from runtime.lua.operators import tostring

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.lua.types import LuaValue

JSON = "json/plain"
YAML = "yaml/plain"
STRING = "text/plain"
BYTES = "application/octet-stream"
MSGPACK = "application/msgpack"
LUA = "lua/any"
GOLANG = "golang/any"
ERROR = "golang/error"


def _text(value: LuaValue) -> LuaValue:
    """Write a value as text: nothing for nil, JSON for a table, for anything else what `tostring` gives."""
    if value is None:
        return ""
    if isinstance(value, Table):
        return jsontext.encode(value)
    return value.message if isinstance(value, Error) else tostring(value)


def _same(value: LuaValue) -> LuaValue:
    return value


def _error(value: LuaValue) -> LuaValue:
    return value if isinstance(value, Error) else Error(_text(value), Kind.INTERNAL)


def _to_yaml(value: LuaValue) -> LuaValue:
    import yaml

    made: str = yaml.safe_dump(to_python(value), allow_unicode=True, sort_keys=False)
    return from_bytes(made.encode("utf-8", "surrogateescape"))


def _of_yaml(text: str) -> LuaValue:
    from runtime.registry.document import DocumentError, parse_yaml

    try:
        return to_lua(parse_yaml(decode(text)).value)
    except DocumentError as error:
        raise ValueError(f"line {error.line}: {error.message}" if error.line else error.message) from None


def _to_msgpack(value: LuaValue) -> LuaValue:
    import msgpack

    packed: bytes = msgpack.packb(to_python(value), unicode_errors="surrogateescape")
    return from_bytes(packed)


def _of_msgpack(data: str) -> LuaValue:
    import msgpack

    return to_lua(msgpack.unpackb(to_bytes(data), unicode_errors="surrogateescape", strict_map_key=False))


_WRITE: dict[str, Callable[[Any], LuaValue]] = {
    LUA: _same,
    GOLANG: _same,
    ERROR: _error,
    STRING: _text,
    BYTES: _text,
    JSON: jsontext.encode,
    YAML: _to_yaml,
    MSGPACK: _to_msgpack,
}
_READ: dict[str, Callable[[Any], LuaValue]] = {
    LUA: _same,
    GOLANG: _same,
    ERROR: _same,
    STRING: _same,
    BYTES: _same,
    JSON: jsontext.decode,
    YAML: _of_yaml,
    MSGPACK: _of_msgpack,
}


def write(value: LuaValue, wanted: str) -> LuaValue:
    """Give a Lua value in a format; Internal when the format is unknown or cannot express it."""
    if wanted not in _WRITE:
        raise Failure(Kind.INTERNAL, f"transcode failed: no transcoding path found to the format '{wanted}'")
    return _attempt(_WRITE[wanted], value, wanted)


def read(data: LuaValue, given: str) -> LuaValue:
    """Give the Lua value that data in a format stands for; Internal when it cannot be read."""
    return _attempt(_READ[given], data, given)


def _attempt(convert: Callable[[Any], LuaValue], value: LuaValue, name: str) -> LuaValue:
    try:
        return convert(value)
    except Failure as failure:
        raise Failure(Kind.INTERNAL, f"transcode failed: {failure.message}") from None
    except Exception as problem:  # noqa: BLE001  (each library has exceptions of its own for what it cannot express)
        raise Failure(Kind.INTERNAL, f"transcode failed: {name}: {problem}") from None
