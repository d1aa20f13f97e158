"""The basic functions (manual 6.1), without those that the dialect removes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.lua.args import bad_argument, check_integer, check_table, type_name, wrong_type
from runtime.lua.calls import first, invoke, many, pack
from runtime.lua.caught import lua_error
from runtime.lua.errors import Error, LuaError, fault
from runtime.lua.frames import called_by_lua, where
from runtime.lua.iteration import ipairs, next_, pairs
from runtime.lua.numbers import parse_integer, parse_number
from runtime.lua.operators import StringMethods, tostring
from runtime.lua.table import Table
from runtime.lua.userdata import Userdata

if TYPE_CHECKING:
    from runtime.lua.types import LuaFunction, LuaValue, Results

VERSION = "Lua 5.3"
_MIN_BASE, _MAX_BASE = 2, 36


def assert_(*args: LuaValue) -> Results:
    """assert(v [, message])"""
    if not args:
        raise bad_argument(1, "assert", "value expected")
    if args[0] is not None and args[0] is not False:
        return pack(args)
    if len(args) > 1:
        raise LuaError(args[1])
    raise LuaError("assertion failed!")


def error(value: LuaValue = None, level: LuaValue = 1, *_: LuaValue) -> Results:
    """error(value [, level])"""
    depth = 1 if level is None else check_integer(level, 2, "error")
    if type(value) is str and depth > 0 and (depth > 1 or called_by_lua()):
        value = where(depth) + value
    raise LuaError(value)


def pcall(*args: LuaValue) -> Results:
    """pcall(f, ...)"""
    if not args:
        raise bad_argument(1, "pcall", "value expected")
    try:
        results = invoke(args[0], args[1:])
    except Exception as caught:  # noqa: BLE001  (whatever was raised is the program's to handle)
        return (False, lua_error(caught).value)
    return (True, *many(results))


def xpcall(*args: LuaValue) -> Results:
    """xpcall(f, handler, ...)"""
    if len(args) < 2:
        raise bad_argument(2, "xpcall", "value expected")
    try:
        results = invoke(args[0], args[2:])
    except Exception as caught:  # noqa: BLE001
        value = lua_error(caught).value
    else:
        return (True, *many(results))
    try:
        return (False, first(invoke(args[1], (value,))))
    except Exception as caught:  # noqa: BLE001
        return (False, lua_error(caught).value)


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


def rawget(table: LuaValue = None, key: LuaValue = None, *_: LuaValue) -> LuaValue:
    """rawget(table, key)"""
    return check_table(table, 1, "rawget").get(key)


def rawset(table: LuaValue = None, key: LuaValue = None, value: LuaValue = None, *_: LuaValue) -> Table:
    """rawset(table, key, value)"""
    check_table(table, 1, "rawset").set(key, value)
    return table  # type: ignore[no-any-return]


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


def functions() -> dict[str, LuaFunction]:
    """Give the basic functions by name; `print` and `require` belong to whoever makes the environment."""
    _STRING_META.hash["__index"] = StringMethods.table
    _STRING_META.frozen = True
    return {
        "assert": assert_,
        "error": error,
        "getmetatable": getmetatable,
        "ipairs": ipairs,
        "next": next_,
        "pairs": pairs,
        "pcall": pcall,
        "rawequal": rawequal,
        "rawget": rawget,
        "rawset": rawset,
        "select": select,
        "setmetatable": setmetatable,
        "tonumber": tonumber,
        "tostring": tostring_,
        "type": type_,
        "xpcall": xpcall,
    }


__all__ = ["VERSION", "first", "functions"]
