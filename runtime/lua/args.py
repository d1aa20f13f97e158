"""Arguments of builtin functions: the one place that checks them and owns the wording (as lauxlib.c).

Every function takes the value, its 1-based position and the name of the Lua function.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.lua.errors import Error, LuaError, fault
from runtime.lua.numbers import float_to_integer, number_text, parse_number, to_integer
from runtime.lua.table import Table
from runtime.lua.userdata import Userdata

if TYPE_CHECKING:
    from runtime.lua.types import LuaFunction, LuaValue


def type_name(value: LuaValue) -> str:
    """Give what `type(value)` is in Lua."""
    if value is None:
        return "nil"
    kind = type(value)
    if kind is str:
        return "string"
    if kind is int or kind is float:
        return "number"
    if kind is bool:
        return "boolean"
    if kind is Table:
        return "table"
    if isinstance(value, Userdata):
        return value.lua_type
    return "function"


def value_type(value: LuaValue) -> str:
    """Give the type as messages name it: a table's `__name` first."""
    if type(value) is Table and value.meta is not None:
        name = value.meta.get("__name")
        if type(name) is str:
            return name
    return type_name(value)


def is_function(value: LuaValue) -> bool:
    """Tell whether `type(value)` is "function"."""
    return callable(value) and not isinstance(value, (Table, Userdata))


def bad_argument(position: int, function: str, reason: str) -> LuaError:
    """Make the error "bad argument #1 to 'f' (reason)"."""
    return fault(f"bad argument #{position} to '{function}' ({reason})")


def wrong_type(position: int, function: str, expected: str, value: LuaValue) -> LuaError:
    """Make the error "bad argument #1 to 'f' (string expected, got nil)"."""
    return bad_argument(position, function, f"{expected} expected, got {value_type(value)}")


def check_string(value: LuaValue, position: int, function: str) -> str:
    """Take a string, or a number or error object as its text."""
    if type(value) is str:
        return value
    if type(value) is int or type(value) is float:
        return str(number_text(value))
    if isinstance(value, Error):
        return value.message
    raise wrong_type(position, function, "string", value)


def check_integer(value: LuaValue, position: int, function: str) -> int:
    """Take an integer, or a whole float or a numeral of one."""
    if type(value) is int:
        return value
    number = to_integer(value)
    if number is not None:
        return int(number)
    if type(value) is float or (type(value) is str and parse_number(value) is not None):
        raise bad_argument(position, function, "number has no integer representation")
    raise wrong_type(position, function, "number", value)


def check_number(value: LuaValue, position: int, function: str) -> int | float:
    """Take a number or a numeral."""
    if type(value) is int or type(value) is float:
        return value
    number = parse_number(value) if type(value) is str else None
    if number is None:
        raise wrong_type(position, function, "number", value)
    return number  # type: ignore[no-any-return]


def check_table(value: LuaValue, position: int, function: str) -> Table:
    """Take a table."""
    if type(value) is not Table:
        raise wrong_type(position, function, "table", value)
    return value


def check_function(value: LuaValue, position: int, function: str) -> LuaFunction:
    """Take a function (not merely something with __call)."""
    if not is_function(value):
        raise wrong_type(position, function, "function", value)
    return value  # type: ignore[no-any-return]


def opt_integer(value: LuaValue, position: int, function: str, default: int) -> int:
    """Take an integer, nil meaning the default."""
    return default if value is None else check_integer(value, position, function)


def exact_integer(value: LuaValue) -> int | None:
    """Give the integer that a number stands for, None when it has a fraction or is no number (strings are none)."""
    if type(value) is int:
        return value
    return float_to_integer(value) if type(value) is float else None
