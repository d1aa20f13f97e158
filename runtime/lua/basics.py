# cython: boundscheck=False, wraparound=False
"""The basic functions that look at values, tables and metatables; those that deal with errors are in `baselib`."""

from __future__ import annotations

from runtime.lua.args import bad_argument, check_integer, check_table, type_name, wrong_type
from runtime.lua.calls import pack
from runtime.lua.errors import Error, fault
from runtime.lua.numbers import parse_integer, parse_number
from runtime.lua.operators import tostring
from runtime.lua.table import Table
from runtime.lua.userdata import Userdata

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runtime.lua.types import LuaValue, Results

_MIN_BASE, _MAX_BASE = 2, 36


def getmetatable(*args: LuaValue) -> LuaValue:
    """getmetatable(value), honouring __metatable."""
    if not args:
        raise bad_argument(1, "getmetatable", "value expected")
    value = args[0]
    if type(value) is str:
        return _STRING_META
    if type(value) is not Table or value.meta is None:
        return None
    protected = value.meta.get("__metatable")
    return value.meta if protected is None else protected


_STRING_META = Table()


def setmetatable(*args: LuaValue) -> Table:
    """setmetatable(table, metatable)"""
    table = check_table(args[0] if args else None, 1, "setmetatable")
    meta = args[1] if len(args) > 1 else False
    if meta is not None and type(meta) is not Table:
        raise bad_argument(2, "setmetatable", "nil or table expected")
    if table.frozen:
        raise fault("attempt to modify Immutable table")
    if table.meta is not None and table.meta.get("__metatable") is not None:
        raise fault("cannot change a protected metatable")
    table.meta = meta
    return table


def rawequal(*args: LuaValue) -> bool:
    """rawequal(a, b)"""
    if len(args) < 2:
        raise bad_argument(len(args) + 1, "rawequal", "value expected")
    a, b = args[0], args[1]
    if isinstance(a, (Table, Userdata, bool)) or isinstance(b, (Table, Userdata, bool)) or a is None or b is None:
        return a is b
    return bool(a == b)


def rawget(*args: LuaValue) -> LuaValue:
    """rawget(table, key)"""
    table = check_table(args[0] if args else None, 1, "rawget")
    if len(args) < 2:
        raise bad_argument(2, "rawget", "value expected")
    return table.get(args[1])


def rawset(*args: LuaValue) -> Table:
    """rawset(table, key, value)"""
    table = check_table(args[0] if args else None, 1, "rawset")
    if len(args) < 3:
        raise bad_argument(max(2, len(args) + 1), "rawset", "value expected")
    table.set(args[1], args[2])
    return table


def select(*args: LuaValue) -> Results:
    """select(n, ...)"""
    position = args[0] if args else None
    if position == "#":
        return len(args) - 1
    index = check_integer(position, 1, "select")
    if index < 0:
        index += len(args)
    if index < 1:
        raise bad_argument(1, "select", "index out of range")
    return pack(args[index:])


def tonumber(*args: LuaValue) -> LuaValue:
    """tonumber(value [, base])"""
    if not args:
        raise bad_argument(1, "tonumber", "value expected")
    value = args[0]
    if len(args) < 2 or args[1] is None:
        if type(value) is int or type(value) is float:
            return value
        if isinstance(value, Error):
            value = value.message
        return parse_number(value) if type(value) is str else None
    base = check_integer(args[1], 2, "tonumber")
    if type(value) is not str:
        raise wrong_type(1, "tonumber", "string", value)
    if not _MIN_BASE <= base <= _MAX_BASE:
        raise bad_argument(2, "tonumber", "base out of range")
    return parse_integer(value, base)


def tostring_(*args: LuaValue) -> LuaValue:
    """tostring(value)"""
    if not args:
        raise bad_argument(1, "tostring", "value expected")
    return tostring(args[0])


def type_(*args: LuaValue) -> str:
    """type(value)"""
    if not args:
        raise bad_argument(1, "type", "value expected")
    return type_name(args[0])


def describe_strings(methods: Table) -> None:
    """Set what `getmetatable("")` shows."""
    _STRING_META.frozen = False
    _STRING_META.set("__index", methods)
    _STRING_META.frozen = True
