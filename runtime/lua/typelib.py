"""The primitive types as globals, and the library `string` as the type that bears its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.lua.table import Table
from runtime.lua.typevalue import METHODS, PRIMITIVES, bound_method, of_value

if TYPE_CHECKING:
    from runtime.lua.types import LuaValue, Results

_GLOBALS = ("number", "boolean", "integer", "any", "unknown")
_CAPITALS = ("Number", "Integer", "String", "Boolean")


def typeof(value: LuaValue = None, *_: LuaValue) -> LuaValue:
    """typeof(value)"""
    return of_value(value)


def functions() -> dict[str, LuaValue]:
    """Give the globals of this library; every other global of one of these names comes first."""
    types: dict[str, LuaValue] = {name: PRIMITIVES[name] for name in _GLOBALS}
    types.update({name: PRIMITIVES[name.lower()] for name in _CAPITALS})
    types["typeof"] = typeof
    return types


def as_type(library: Table) -> None:
    """Let a call of the library `string` check a value, and `string:is` and the like ask the type."""
    string = PRIMITIVES["string"]

    def call(_library: LuaValue = None, *args: LuaValue) -> Results:
        return string(*args)

    methods = Table.from_dict({name: bound_method(string, library, name) for name in sorted(METHODS)})
    methods.frozen = True
    library.meta = Table.from_dict({"__call": call, "__index": methods, "__metatable": False})
    library.meta.frozen = True
