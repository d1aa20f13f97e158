"""The basic functions (manual 6.1), without those that the dialect removes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.lua import basics
from runtime.lua.args import bad_argument, check_integer
from runtime.lua.calls import first, invoke, many, pack
from runtime.lua.caught import lua_error
from runtime.lua.errors import LuaError
from runtime.lua.frames import called_by_lua, where
from runtime.lua.iteration import ipairs, next_, pairs
from runtime.lua.operators import string_methods

if TYPE_CHECKING:
    from runtime.lua.types import LuaFunction, LuaValue, Results

VERSION = "Lua 5.3"


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
    return pack((True, *many(results)))


def xpcall(*args: LuaValue) -> Results:
    """xpcall(f, handler, ...)"""
    if len(args) < 2:
        raise bad_argument(2, "xpcall", "value expected")
    try:
        results = invoke(args[0], args[2:])
    except Exception as caught:  # noqa: BLE001
        value = lua_error(caught).value
    else:
        return pack((True, *many(results)))
    try:
        return (False, first(invoke(args[1], (value,))))
    except Exception as caught:  # noqa: BLE001
        return (False, lua_error(caught).value)


def functions() -> dict[str, LuaFunction]:
    """Give the basic functions by name; `print` and `require` belong to whoever makes the environment."""
    basics.describe_strings(string_methods())
    return {
        "assert": assert_,
        "error": error,
        "getmetatable": basics.getmetatable,
        "ipairs": ipairs,
        "next": next_,
        "pairs": pairs,
        "pcall": pcall,
        "rawequal": basics.rawequal,
        "rawget": basics.rawget,
        "rawset": basics.rawset,
        "select": basics.select,
        "setmetatable": basics.setmetatable,
        "tonumber": basics.tonumber,
        "tostring": basics.tostring_,
        "type": basics.type_,
        "xpcall": xpcall,
    }


__all__ = ["VERSION", "first", "functions"]
