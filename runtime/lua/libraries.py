"""The globals that every Lua environment starts with; library tables are frozen and shared by all."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from runtime.lua import abi as _abi  # noqa: F401  (fills the table of helpers)
from runtime.lua import baselib, coroutines, errorlib, mathlib, oslib, stringlib, tablelib, typelib
from runtime.lua.errors import fault
from runtime.lua.frames import running_lua_frame
from runtime.lua.operators import set_string_methods
from runtime.lua.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runtime.lua.types import LuaValue


@lru_cache(maxsize=1)
def shared() -> dict[str, LuaValue]:
    """Give what all environments share, by name."""
    string = stringlib.library()
    set_string_methods(string)
    typelib.as_type(string)
    table = tablelib.library()
    found: dict[str, LuaValue] = {
        **typelib.functions(),
        **baselib.functions(),
        "_VERSION": baselib.VERSION,
        "coroutine": coroutines.library(),
        "errors": errorlib.library(),
        "math": mathlib.library(),
        "os": oslib.library(),
        "package": _package(),
        "string": string,
        "table": table,
        "unpack": table.get("unpack"),
    }
    for value in found.values():
        if isinstance(value, Table):
            value.frozen = True
    return found


def _package() -> Table:
    def loadlib(*_: LuaValue) -> LuaValue:
        raise fault("package.loadlib is not available")

    return Table.from_dict({"path": "", "cpath": "", "loadlib": loadlib})


def environment(extra: dict[str, LuaValue]) -> Table:
    """Make a table of globals: the shared ones and some more.

    It has a dict of its own only once something is written to it; whoever loads a chunk that names `_G` writes that.
    """
    table = Table()
    table.keyed = True
    table.borrow(_fields(frozenset(extra.items())))
    return table


@lru_cache(maxsize=256)
def _fields(extra: frozenset[tuple[str, LuaValue]]) -> dict[str, LuaValue]:
    return {**shared(), "require": require, **dict(extra)}


def is_standard(environment: Table, names: Iterable[str]) -> bool:
    """Tell whether globals of an environment are the shared ones."""
    own, standard = environment.hash, shared()
    return all(own.get(name) is standard[name] for name in names)


def require(*args: LuaValue) -> LuaValue:
    """require(name): gives the global of the name, for modules and imports are globals."""
    name = args[0] if args else None
    if type(name) is not str:
        raise fault("bad argument #1 to 'require' (string expected)")
    frame = running_lua_frame()
    globals_: Table | None = frame.f_globals["E"] if frame is not None else None
    module = globals_ if name == "_G" or globals_ is None else globals_.get(name)
    if module is None:
        raise fault(f"module '{name}' not found")
    return module
