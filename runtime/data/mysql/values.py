"""MySQL's types, in the text of its plain statements and the binary form of its prepared ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from struct import Struct
from typing import TYPE_CHECKING, Any, TypeAlias

from pymysql.constants import FIELD_TYPE, FLAG

from runtime.data.values import numeric, text, timestamp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runtime.data.database import Parameter, Row
    from runtime.lua.types import LuaValue

# Reads the text of a value.
ReadText: TypeAlias = Callable[[bytes], "LuaValue"]
# Reads a value in binary form at a place; gives it and the place behind it.
ReadBinary: TypeAlias = Callable[[bytes, int], "tuple[LuaValue, int]"]
_MOST = 2**63 - 1
_FLOAT, _DOUBLE, _U16, _U32, _U64 = Struct("<f"), Struct("<d"), Struct("<H"), Struct("<I"), Struct("<Q")
_INTEGERS = {
    FIELD_TYPE.TINY: ("b", "B"),
    FIELD_TYPE.SHORT: ("h", "H"),
    FIELD_TYPE.YEAR: ("h", "H"),
    FIELD_TYPE.LONG: ("i", "I"),
    FIELD_TYPE.INT24: ("i", "I"),
    FIELD_TYPE.LONGLONG: ("q", "Q"),
}
_MOMENTS = (FIELD_TYPE.DATETIME, FIELD_TYPE.TIMESTAMP)
_DECIMALS = (FIELD_TYPE.DECIMAL, FIELD_TYPE.NEWDECIMAL)


@dataclass(frozen=True)
class Column:
    """A column of a result; its name is a Lua string."""

    name: str
    read_text: ReadText
    read_binary: ReadBinary


def column(field: Any, moment: ReadText = timestamp) -> Column:
    """Make a column of its description by the server; `moment` reads dates with times."""
    name = field.name.encode("utf-8").decode("latin-1")
    kind = field.type_code
    if kind in _INTEGERS:
        signed, unsigned = _INTEGERS[kind]
        return Column(name, numeric, _integer(Struct("<" + (unsigned if field.flags & FLAG.UNSIGNED else signed))))
    if kind == FIELD_TYPE.FLOAT:
        return Column(name, float, _read_float)
    if kind == FIELD_TYPE.DOUBLE:
        return Column(name, float, _read_double)
    if kind in _DECIMALS:
        return Column(name, numeric, _sized(numeric))
    if kind in _MOMENTS:
        return Column(name, moment, _moment(moment, field.scale))
    if kind in (FIELD_TYPE.DATE, FIELD_TYPE.NEWDATE):
        return Column(name, text, _read_date)
    if kind == FIELD_TYPE.TIME:
        return Column(name, text, _time(field.scale))
    return Column(name, text, _sized(text))


def text_row(data: bytes, columns: Sequence[Column]) -> Row:
    """Read a row of a plain statement."""
    place = 0
    row: Row = {}
    for each in columns:
        if data[place] == 0xFB:
            place += 1
            continue
        size, place = _size(data, place)
        row[each.name] = each.read_text(data[place : place + size])
        place += size
    return row


def binary_row(data: bytes, columns: Sequence[Column]) -> Row:
    """Read a row of a prepared statement: a bit for each NULL, behind two that are not used, and the values."""
    place = 1 + (len(columns) + 9) // 8
    row: Row = {}
    for index, each in enumerate(columns, 2):
        if not data[1 + index // 8] >> index % 8 & 1:
            row[each.name], place = each.read_binary(data, place)
    return row


def bound(parameters: Sequence[Parameter]) -> bytes:
    """Write the parameters of a prepared statement: a bit for each NULL, the types, the values."""
    nulls = bytearray((len(parameters) + 7) // 8)
    types, values = bytearray(), bytearray()
    for index, parameter in enumerate(parameters):
        if parameter is None:
            nulls[index // 8] |= 1 << index % 8
            types += bytes((FIELD_TYPE.NULL, 0))
        elif isinstance(parameter, bool):
            types += bytes((FIELD_TYPE.TINY, 0))
            values.append(parameter)
        elif isinstance(parameter, int):
            types += bytes((FIELD_TYPE.LONGLONG, 0))
            values += parameter.to_bytes(8, "little", signed=True)
        elif isinstance(parameter, float):
            types += bytes((FIELD_TYPE.DOUBLE, 0))
            values += _DOUBLE.pack(parameter)
        else:
            is_text = isinstance(parameter, str)
            data = parameter.encode("utf-8", "surrogateescape") if isinstance(parameter, str) else parameter
            types += bytes((FIELD_TYPE.VAR_STRING if is_text else FIELD_TYPE.BLOB, 0))
            values += _size_written(len(data)) + data
    return bytes(nulls) + b"\x01" + bytes(types) + bytes(values)


def _size(data: bytes, place: int) -> tuple[int, int]:
    first = data[place]
    if first < 0xFB:
        return first, place + 1
    if first == 0xFC:
        return _U16.unpack_from(data, place + 1)[0], place + 3
    if first == 0xFD:
        return int.from_bytes(data[place + 1 : place + 4], "little"), place + 4
    return _U64.unpack_from(data, place + 1)[0], place + 9


def _size_written(size: int) -> bytes:
    if size < 0xFB:
        return bytes((size,))
    if size < 1 << 16:
        return b"\xfc" + size.to_bytes(2, "little")
    if size < 1 << 24:
        return b"\xfd" + size.to_bytes(3, "little")
    return b"\xfe" + size.to_bytes(8, "little")


def _integer(form: Struct) -> ReadBinary:
    def read(data: bytes, place: int) -> tuple[LuaValue, int]:
        (value,) = form.unpack_from(data, place)
        return (value if value <= _MOST else str(value)), place + form.size

    return read


def _read_float(data: bytes, place: int) -> tuple[LuaValue, int]:
    """Read a number of 32 bits as the shortest decimal that stands for it, as its text would be."""
    (value,) = _FLOAT.unpack_from(data, place)
    for digits in range(6, 9):
        short = float(f"{value:.{digits}g}")
        if _FLOAT.pack(short) == data[place : place + 4]:
            return short, place + 4
    return value, place + 4


def _read_double(data: bytes, place: int) -> tuple[LuaValue, int]:
    return _DOUBLE.unpack_from(data, place)[0], place + 8


def _sized(read_text: ReadText) -> ReadBinary:
    def read(data: bytes, place: int) -> tuple[LuaValue, int]:
        size, place = _size(data, place)
        return read_text(data[place : place + size]), place + size

    return read


def _read_date(data: bytes, place: int) -> tuple[LuaValue, int]:
    size = data[place]
    parts = data[place + 1 : place + 1 + size].ljust(4, b"\x00")
    return f"{_U16.unpack_from(parts)[0]:04d}-{parts[2]:02d}-{parts[3]:02d}", place + 1 + size


def _moment(read_text: ReadText, scale: int) -> ReadBinary:
    """Read a date with a time, of which zeros at the end are not sent."""

    def read(data: bytes, place: int) -> tuple[LuaValue, int]:
        size = data[place]
        parts = data[place + 1 : place + 1 + size].ljust(11, b"\x00")
        shown = b"%04d-%02d-%02d %02d:%02d:%02d" % (_U16.unpack_from(parts)[0], *parts[2:7])
        return read_text(shown + _fraction(parts, 7, scale).encode("ascii")), place + 1 + size

    return read


def _time(scale: int) -> ReadBinary:
    def read(data: bytes, place: int) -> tuple[LuaValue, int]:
        size = data[place]
        parts = data[place + 1 : place + 1 + size].ljust(12, b"\x00")
        hours = _U32.unpack_from(parts, 1)[0] * 24 + parts[5]
        shown = f"{'-' if parts[0] else ''}{hours:02d}:{parts[6]:02d}:{parts[7]:02d}"
        return shown + _fraction(parts, 8, scale), place + 1 + size

    return read


def _fraction(parts: bytes, place: int, scale: int) -> str:
    """Write the microseconds with as many digits as the column has."""
    digits = f"{_U32.unpack_from(parts, place)[0]:06d}"[:scale]
    return f".{digits}" if digits else ""
