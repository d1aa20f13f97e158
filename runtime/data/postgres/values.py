"""PostgreSQL's types, by object id, in the text format of its protocol."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

from runtime.data.values import numeric, text, timestamp

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.data.database import Parameter
    from runtime.lua.types import LuaValue

Read: TypeAlias = "Callable[[bytes], LuaValue]"
_BYTEA = 17


def _boolean(data: bytes) -> LuaValue:
    return data == b"t"


def _bytea(data: bytes) -> LuaValue:
    return bytes.fromhex(data[2:].decode("ascii")).decode("latin-1")


_READERS: dict[int, Read] = {
    16: _boolean,
    _BYTEA: _bytea,
    20: int,
    21: int,
    23: int,
    26: int,
    700: float,
    701: float,
    1700: numeric,
    1114: timestamp,
    1184: timestamp,
}


def reader(oid: int) -> Read:
    """Give what reads the values of a type; json, uuid, arrays and all others are text."""
    return _READERS.get(oid, text)


def written(parameter: Parameter, oid: int) -> bytes | None:
    """Write a parameter for a placeholder of a type; the server reads it as it reads a literal of that type."""
    if parameter is None:
        return None
    if isinstance(parameter, bool):
        return b"true" if parameter else b"false"
    if isinstance(parameter, int):
        return b"%d" % parameter
    if isinstance(parameter, float):
        return _float(parameter)
    data = parameter.encode("utf-8", "surrogateescape") if isinstance(parameter, str) else parameter
    return b"\\x" + data.hex().encode("ascii") if oid == _BYTEA else data


def _float(number: float) -> bytes:
    if math.isfinite(number):
        # A whole one without its fraction, so that it fits a column of integers.
        return b"%d" % number if number.is_integer() and abs(number) < 1e15 else repr(number).encode("ascii")
    return b"NaN" if math.isnan(number) else b"Infinity" if number > 0 else b"-Infinity"
