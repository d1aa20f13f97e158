"""Conversion of arguments and results by annotation, and of whole values between Lua and plain Python data."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from typing import NewType, TypeAlias, Union

from runtime.binding.text import decode, encode, from_bytes, to_bytes
from runtime.lua import args
from runtime.lua.errors import Error, Kind
from runtime.lua.table import Table
from runtime.lua.types import LuaFunction, LuaValue
from runtime.lua.userdata import Userdata

Text = NewType("Text", str)  # decoded text
LuaString = NewType("LuaString", str)  # a Lua string as it is: one character a byte
Bytes = NewType("Bytes", bytes)
Callback: TypeAlias = LuaFunction  # a Lua function

ArgumentConverter: TypeAlias = Callable[[LuaValue, int, str], object]
ResultConverter: TypeAlias = Callable[[typing.Any], LuaValue]


def _any(value: LuaValue, _position: int, _function: str) -> LuaValue:
    return value


def _text(value: LuaValue, position: int, function: str) -> str:
    return decode(args.check_string(value, position, function))


def _bytes(value: LuaValue, position: int, function: str) -> bytes:
    return to_bytes(args.check_string(value, position, function))


def _bool(value: LuaValue, _position: int, _function: str) -> bool:
    return value is not None and value is not False


def _float(value: LuaValue, position: int, function: str) -> float:
    return float(args.check_number(value, position, function))


def _class(wanted: type) -> ArgumentConverter:
    def check(value: LuaValue, position: int, function: str) -> object:
        if not isinstance(value, wanted):
            expected = getattr(wanted, "lua_name", wanted.__name__.lower())
            raise args.wrong_type(position, function, expected, value)
        return value

    return check


def _optional(inner: ArgumentConverter) -> ArgumentConverter:
    def check(value: LuaValue, position: int, function: str) -> object:
        return None if value is None else inner(value, position, function)

    return check


_ARGUMENTS: dict[object, ArgumentConverter] = {
    LuaValue: _any,
    object: _any,
    Text: _text,
    LuaString: args.check_string,
    Bytes: _bytes,
    bool: _bool,
    int: args.check_integer,
    float: _float,
    Table: args.check_table,
    Callback: args.check_function,
}


def given_converter(annotation: object) -> ArgumentConverter:
    """Give the check and conversion of an annotated parameter for values that are not nil."""
    members = _union_members(annotation)
    return argument_converter(members[0] if members is not None and len(members) == 1 else annotation)


def argument_converter(annotation: object) -> ArgumentConverter:
    """Give the check and conversion of an annotated parameter."""
    known = _ARGUMENTS.get(annotation)
    if known is not None:
        return known
    members = _union_members(annotation)
    if members is not None:
        if len(members) != 1:
            raise TypeError(
                f"a parameter of a Lua function cannot be {annotation}: annotate it LuaValue and check in the body"
            )
        return _optional(argument_converter(members[0]))
    if isinstance(annotation, type):
        return _class(annotation)
    raise TypeError(f"no conversion from Lua is known for {annotation}")


def _union_members(annotation: object) -> list[object] | None:
    """List the members of an optional annotation without None; None when it is not a union."""
    if typing.get_origin(annotation) not in (Union, types.UnionType):
        return None
    return [member for member in typing.get_args(annotation) if member is not type(None)]


def keep(value: LuaValue) -> LuaValue:
    """Give a result as it is."""
    return value


def _encode_optional(value: str | None) -> LuaValue:
    return None if value is None else encode(value)


def _bytes_optional(value: bytes | None) -> LuaValue:
    return None if value is None else from_bytes(value)


def result_converter(annotation: object) -> ResultConverter:
    """Give the conversion of an annotated result; a tuple annotation converts each part."""
    if typing.get_origin(annotation) is tuple:
        parts = typing.get_args(annotation)
        if len(parts) == 2 and parts[1] is Ellipsis:
            one = result_converter(parts[0])
            return lambda values: _pack([one(value) for value in values])
        converters = [result_converter(part) for part in parts]
        if len(converters) > 1 and all(convert is keep for convert in converters):
            return keep
        return lambda values: _pack([convert(value) for convert, value in zip(converters, values, strict=True)])
    members = _union_members(annotation)
    if members is not None and any(member in (Text, Bytes) for member in members):
        if len(members) != 1:
            raise TypeError(f"a result cannot be {annotation}: encode in the body and annotate it LuaValue")
        annotation = members[0]
    if annotation is Text:
        return _encode_optional
    if annotation is Bytes:
        return _bytes_optional
    return keep


def _pack(values: list[LuaValue]) -> LuaValue:
    return values[0] if len(values) == 1 else tuple(values)


def to_lua(value: object) -> LuaValue:
    """Copy plain Python data into Lua values: text is encoded, mappings and sequences become tables."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        return encode(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return from_bytes(bytes(value))
    if isinstance(value, Mapping):
        table = Table()
        table.keyed = True
        for key, item in value.items():
            table.set(encode(key) if isinstance(key, str) else key, to_lua(item))
        return table
    if isinstance(value, (list, tuple, set, frozenset)):
        return Table.from_list([to_lua(item) for item in value])
    if isinstance(value, (Table, Userdata)) or callable(value):
        return value
    return encode(str(value))


def to_python(value: LuaValue) -> typing.Any:
    """Copy a Lua value into plain Python data: a table with a border above zero becomes a list, any other a dict.

    Strings become text; error objects their message; functions, threads and other userdata their `tostring` text
    (semantics 1.4).
    """
    return _to_python(value, 0)


_DEPTH = 128


def _to_python(value: LuaValue, depth: int) -> typing.Any:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        return decode(value)
    if isinstance(value, Table):
        if depth > _DEPTH:
            from runtime.binding.failure import Failure

            raise Failure(Kind.INVALID, f"table is nested deeper than {_DEPTH} levels or contains itself")
        if value.length():
            return [_to_python(item, depth + 1) for item in value.array]
        return {_key(key): _to_python(item, depth + 1) for key, item in value.items()}
    if isinstance(value, Error):
        return decode(value.full_text())
    if isinstance(value, Userdata):
        return decode(value.lua_tostring())
    return f"function: 0x{id(value):012x}"


def _key(key: LuaValue) -> str:
    if isinstance(key, str):
        return decode(key)
    if isinstance(key, bool):
        return "true" if key else "false"
    return str(key)
