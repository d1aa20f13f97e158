"""Copy values on their way from one process to another, so that nothing mutable is ever shared."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from runtime.lua.errors import Error
from runtime.lua.frames import where
from runtime.lua.table import Table
from runtime.lua.userdata import Userdata

if TYPE_CHECKING:
    from runtime.lua.types import LuaValue

log = logging.getLogger("wippy.process")
_SCALARS = frozenset({type(None), bool, int, float, str})
_warned: set[tuple[str, str]] = set()
_MAX_WARNED = 1000


def copy_value(value: LuaValue) -> LuaValue:
    """Copy a value deeply: shared references and cycles inside it stay, metatables come along.

    Immutable userdata (errors, times, payloads: those that say `transferable`) pass as they are; functions, threads and
    other userdata become nil, with one warning for each place in the program that sends such a thing.
    """
    if type(value) in _SCALARS:
        return value
    return _copy(value, {}, "")


def _copy(value: LuaValue, seen: dict[int, Table], path: str) -> LuaValue:
    if type(value) in _SCALARS or isinstance(value, Error):
        return value
    if type(value) is Table:
        known = seen.get(id(value))
        return known if known is not None else _copy_table(value, seen, path)
    if isinstance(value, Userdata) and getattr(value, "transferable", False):
        return value.lua_copy() if hasattr(value, "lua_copy") else value
    _warn(value, path)
    return None


def _copy_table(table: Table, seen: dict[int, Table], path: str) -> Table:
    """Copy a table and all that it reaches, without recursion: a list of a million links must not exhaust the stack."""
    root = _shell(table, seen)
    pending = [(table, root, path)]
    while pending:
        source, target, at = pending.pop()
        for key, item in source.items():
            copied: list[LuaValue] = []
            for part in (key, item):
                if type(part) is Table:
                    inner = seen.get(id(part))
                    if inner is None:
                        inner = _shell(part, seen)
                        pending.append((part, inner, f"{at}.{key}"))
                    copied.append(inner)
                else:
                    copied.append(part if type(part) in _SCALARS else _copy(part, seen, f"{at}.{key}"))
            if copied[0] is not None:
                target.set(copied[0], copied[1])
        if source.meta is not None:
            meta = seen.get(id(source.meta))
            if meta is None:
                meta = _shell(source.meta, seen)
                pending.append((source.meta, meta, f"{at}(metatable)"))
            target.meta = meta
    return root


def _shell(table: Table, seen: dict[int, Table]) -> Table:
    shell = Table()
    shell.keyed = table.keyed
    seen[id(table)] = shell
    return shell


def _warn(value: LuaValue, path: str) -> None:
    place = where()
    if len(_warned) >= _MAX_WARNED or (place, path) in _warned:
        return
    _warned.add((place, path))
    kind = value.lua_name if isinstance(value, Userdata) else "function"
    log.warning(
        "%sa %s cannot leave its process; %s arrives as nil", place, kind, f"field '{path[1:]}'" if path else "it"
    )
