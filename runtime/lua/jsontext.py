# cython: boundscheck=False, wraparound=False
"""JSON text to Lua values and back, on Lua strings: one character a byte, the bytes being UTF-8.

Which tables are arrays, and how numbers are written, is in the dialect's decision table (row JSON).
"""

from __future__ import annotations

import gc
import json
import math
import re
from json.encoder import encode_basestring as quote
from typing import TypeAlias

from runtime.lua.errors import Error, fault
from runtime.lua.table import Table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.lua.types import LuaValue

Decoders: TypeAlias = "tuple[json.JSONDecoder, json.JSONDecoder]"
ENCODE_DEPTH = 128
DECODE_DEPTH = 500
_MAX_TEXT = 256 << 20  # bytes; tables that share sub-tables can stand for texts of any size
_MAX_INTEGER = 0x7FFFFFFFFFFFFFFF
_MIN_INTEGER = -0x8000000000000000
_SMALL = 1 << 14  # bytes of text that makes few tables
_BATCH = 1 << 16  # pieces of text collected before they are joined
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")
_CONSTANT = re.compile(r'"(?:[^"\\]|\\.)*"|(-?Infinity|NaN)', re.DOTALL)


class JsonError(ValueError):
    """A value that JSON cannot express, or text that is not JSON; the message says where and why."""


class Writer:
    """Writes one value. `path` holds the tables from the root to where writing stands, for messages."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.path: list[Table] = []
        self.joined: list[str] = []
        self.size = 0

    def text(self) -> str:
        """Give what was written."""
        self.flush()
        return "".join(self.joined)

    def flush(self) -> None:
        """Join the pieces so far; refuse a text without bounds."""
        piece = "".join(self.pieces)
        self.pieces = []
        self.joined.append(piece)
        self.size += len(piece)
        if self.size > _MAX_TEXT:
            raise JsonError(f"cannot encode: the JSON text would be larger than {_MAX_TEXT >> 20} MiB")

    def write(self, value: LuaValue) -> None:
        """Write any Lua value."""
        kind = type(value)
        if kind is str:
            self.pieces.append(quote(value))
        elif kind is int:
            self.pieces.append(str(value))
        elif kind is Table:
            self.write_table(value)
        elif kind is float:
            self.pieces.append(number(value))
        elif value is True:
            self.pieces.append("true")
        elif value is False:
            self.pieces.append("false")
        elif isinstance(value, Error):
            self.pieces.append(quote(value.full_text()))
        else:
            self.pieces.append("null")

    def write_table(self, table: Table) -> None:
        """Write a table as an array or an object."""
        self.path.append(table)
        if len(self.path) > ENCODE_DEPTH:
            raise self.depth_error()
        if len(self.pieces) > _BATCH:
            self.flush()
        array = table.array
        fields = table.hash
        if fields and len(fields) > table.dead:
            if array:
                raise self.refusal("mixed-key table", "it has list items and named fields")
            self.write_object(fields)
        elif array:
            self.write_array(array)
        else:
            self.pieces.append("{}" if table.keyed else "[]")
        self.path.pop()

    def write_array(self, array: list[LuaValue]) -> None:
        """Write the items of a list, which must have no hole."""
        pieces = self.pieces
        pieces.append("[")
        first = True
        for item in array:
            if item is None:
                raise self.refusal("sparse array", f"index {array.index(None) + 1} is missing")
            if first:
                first = False
            else:
                self.pieces.append(",")
            self.write(item)
        self.pieces.append("]")

    def write_object(self, fields: dict[LuaValue, LuaValue]) -> None:
        """Write the fields that are not cleared, in the order in which they were made."""
        first = True
        for key, item in fields.items():
            if item is None:
                continue
            if type(key) is not str:
                raise self.bad_key(fields)
            self.pieces.append("{" if first else ",")
            first = False
            self.pieces.append(quote(key))
            self.pieces.append(":")
            self.write(item)
        self.pieces.append("}")

    def bad_key(self, fields: dict[LuaValue, LuaValue]) -> JsonError:
        """Make the error of a table whose keys are neither strings nor 1..n."""
        live = [key for key, item in fields.items() if item is not None]
        if any(type(key) is str for key in live):
            return self.refusal("mixed-key table", "it has named fields and keys of other types")
        if all(type(key) is int for key in live):
            return self.refusal("sparse array", "its indices do not run from 1 without a gap")
        return self.refusal("table", "a key is neither a string nor an index")

    def depth_error(self) -> JsonError:
        """Make the error of nesting without end."""
        if len({id(table) for table in self.path}) < len(self.path):
            return JsonError("cannot encode recursive table: it contains itself")
        return JsonError(f"cannot encode: tables are nested deeper than {ENCODE_DEPTH} levels")

    def refusal(self, what: str, reason: str) -> JsonError:
        """Make the error of the table that is being written."""
        return JsonError(f"cannot encode {what}: {reason}, in {self.place()}")

    def place(self) -> str:
        """Name the table that is being written as Lua code would reach it."""
        place = "value"
        for outer, inner in zip(self.path, self.path[1:]):  # noqa: B905  (strict would cost the slice of the other end)
            place += next((_subscript(key) for key, item in outer.items() if item is inner), "")
        return place


def _subscript(key: LuaValue) -> str:
    if type(key) is not str:
        return f"[{key}]"
    return f".{key}" if key.isascii() and key.isidentifier() else f"[{quote(_display(key))}]"


def number(value: float) -> str:
    """Write a float: whole ones without a fraction while they fit 64 bits, null for infinities and NaN."""
    if value - value != 0:
        return "null"
    if value == math.floor(value) and -9223372036854775808.0 <= value < 9223372036854775808.0:
        return str(int(value))
    return repr(value)


def encode(value: LuaValue) -> str:
    """Write a Lua value as JSON text; JsonError for cycles, depth beyond 128, sparse and mixed tables.

    The result is a Lua string of valid UTF-8: bytes that are not UTF-8 become U+FFFD.
    """
    writer = Writer()
    try:
        writer.write(value)
    except RecursionError:
        raise fault("stack overflow") from None
    text: str = writer.text()
    return text if text.isascii() else _valid_utf8(text)


def _valid_utf8(text: str) -> str:
    data = text.encode("latin-1")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace").encode("utf-8").decode("latin-1")
    return text


def decode(text: str) -> LuaValue:
    """Read JSON text; JsonError with line and column when it is not JSON or nested deeper than 500 levels.

    Integers that do not fit 64 bits become floats, null becomes nil (a field with null is absent).
    """
    if text.count("[") + text.count("{") > DECODE_DEPTH and exceeds_depth(text):
        raise JsonError(f"invalid JSON: nested deeper than {DECODE_DEPTH} levels")
    # PERF: nothing can be garbage yet while a text is read, and the collector would look through all of it again and
    # again, and through the rest of the node: a document of a megabyte takes 17 ms in place of 30.
    pausing = len(text) > _SMALL and gc.isenabled()
    if pausing:
        gc.disable()
    try:
        return _decode_unicode(text) if "\\u" in text else finish(_scan(_BYTES, text))
    except (json.JSONDecodeError, ConstantError) as problem:
        raise _explain(text, problem) from None
    except RecursionError:
        raise fault("stack overflow") from None
    finally:
        if pausing:
            gc.enable()


def _scan(decoders: Decoders, text: str) -> LuaValue:
    try:
        return decoders[0].decode(text)
    except (json.JSONDecodeError, ConstantError):
        raise
    except ValueError:  # Python refuses to read integers of thousands of digits
        return decoders[1].decode(text)


def _decode_unicode(text: str) -> LuaValue:
    r"""Decode text with \u escapes, which stand for characters and not for bytes."""
    try:
        unicode_text = text if text.isascii() else text.encode("latin-1").decode("utf-8", "surrogateescape")
        return finish_text(_scan(_TEXT, unicode_text))
    except json.JSONDecodeError:
        _BYTES[0].decode(text)  # the same mistake, at its place in the original
        raise


def exceeds_depth(text: str) -> bool:
    """Tell whether brackets outside strings are nested deeper than decoding allows."""
    depth = 0
    quoted = False
    escaped = False
    for char in text:
        if quoted:
            if escaped:
                escaped = False
            elif char == "\\":
                escaped = True
            elif char == '"':
                quoted = False
        elif char == '"':
            quoted = True
        elif char == "[" or char == "{":
            depth += 1
            if depth > DECODE_DEPTH:
                return True
        elif char == "]" or char == "}":
            depth -= 1
    return False


def finish(value: LuaValue) -> LuaValue:
    """Turn a scanned value into a Lua value; objects have become tables already."""
    kind = type(value)
    if kind is list:
        return finish_list(value)
    if kind is int and (value > _MAX_INTEGER or value < _MIN_INTEGER):
        return _large(value)
    return value


def _large(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def finish_list(items: list[LuaValue]) -> Table:
    """Make the table of a scanned array, which keeps the list."""
    index = 0
    for item in items:
        kind = type(item)
        if kind is list:
            items[index] = finish_list(item)
        elif kind is int and (item > _MAX_INTEGER or item < _MIN_INTEGER):
            items[index] = _large(item)
        index += 1
    while items and items[len(items) - 1] is None:
        items.pop()
    table = Table()
    table.array = items
    return table


def finish_object(fields: dict[LuaValue, LuaValue]) -> Table:
    """Make the table of a scanned object, which keeps the dict."""
    absent = False
    for key, item in fields.items():
        kind = type(item)
        if kind is list:
            fields[key] = finish_list(item)
        elif kind is int and (item > _MAX_INTEGER or item < _MIN_INTEGER):
            fields[key] = _large(item)
        elif item is None:
            absent = True
    if absent:
        fields = {key: item for key, item in fields.items() if item is not None}
    table = Table()
    table.hash = fields
    table.keyed = True
    return table


def finish_text(value: LuaValue) -> LuaValue:
    """Turn a value scanned from Unicode text into a Lua value."""
    kind = type(value)
    if kind is str:
        return _to_bytes(value)
    if kind is list:
        return finish_list([finish_text(item) for item in value])
    return finish(value)


def finish_text_object(fields: dict[LuaValue, LuaValue]) -> Table:
    """Make the table of an object scanned from Unicode text."""
    return finish_object({_to_bytes(key): finish_text(item) for key, item in fields.items()})


def _to_bytes(text: str) -> str:
    if text.isascii():
        return text
    try:
        return text.encode("utf-8", "surrogateescape").decode("latin-1")
    except UnicodeEncodeError:
        return _LONE_SURROGATE.sub("\ufffd", text).encode("utf-8").decode("latin-1")


class ConstantError(ValueError):
    """The scanner met NaN or an infinity, which Python would accept."""


def _refuse_constant(name: str) -> LuaValue:
    raise ConstantError(name)


_EXPECTED = {
    "Expecting value": "expected a value",
    "Expecting ',' delimiter": "expected ',' or the closing bracket",
    "Expecting ':' delimiter": "expected ':' after the name",
    "Expecting property name enclosed in double quotes": "expected a name in double quotes",
    "Unterminated string starting at": "this string has no end",
    "Invalid control character at": "control characters in strings must be escaped",
    "Extra data": "expected the end of the text",
}


def _explain(text: str, problem: json.JSONDecodeError | ConstantError) -> JsonError:
    """Make the error of a text that is not JSON: where, what was expected, what stands there."""
    if isinstance(problem, ConstantError):
        position = next(match.start() for match in _CONSTANT.finditer(text) if match.group(1))
        reason = "NaN and infinities are not JSON"
    else:
        position = problem.pos
        reason = _EXPECTED.get(problem.msg, problem.msg.lower().removesuffix(" at"))
    start = text.rfind("\n", 0, position) + 1
    line = text.count("\n", 0, position) + 1
    column = len(_display(text[start:position])) + 1
    return JsonError(f"invalid JSON at line {line}, column {column}: {reason}, found {_found(text, position)}")


def _found(text: str, position: int) -> str:
    if position >= len(text):
        return "the end of the text"
    word = re.match(r"[A-Za-z0-9_.+-]{1,20}|.", _display(text[position : position + 80]), re.DOTALL)
    return repr(word.group()) if word else "nothing"


def _display(string: str) -> str:
    return string.encode("latin-1").decode("utf-8", "replace")


def _decoders(hook: Callable[[dict[LuaValue, LuaValue]], Table]) -> Decoders:
    return (
        json.JSONDecoder(object_hook=hook, parse_constant=_refuse_constant),
        json.JSONDecoder(object_hook=hook, parse_constant=_refuse_constant, parse_int=float),
    )


# For texts without \u escapes, whose strings are Lua strings as they stand; and for decoded text. The second
# of each reads integers as floats.
_BYTES = _decoders(finish_object)
_TEXT = _decoders(finish_text_object)
