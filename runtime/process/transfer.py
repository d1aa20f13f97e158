"""Copy values on their way from one process to another, so that nothing mutable is ever shared."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, TypeAlias

from runtime.lua.errors import Error
from runtime.lua.frames import where
from runtime.lua.table import Table
from runtime.lua.userdata import Userdata

if TYPE_CHECKING:
    from runtime.lua.types import LuaValue

log = logging.getLogger("wippy.process")
_SCALARS = frozenset({type(None), bool, int, float, str})
_warned: set[str] = set()
_MAX_WARNED = 1000
_METATABLE = object()
# Where in a value we are: the key, and the place that it is in. Spelt out only for a warning.
_Path: TypeAlias = "tuple[_Path, object] | None"


def copy_value(value: LuaValue) -> LuaValue:
    """Copy a value deeply: shared references and cycles inside it stay, metatables come along.

    Immutable userdata (errors, times, payloads: those that say `transferable`) pass as they are; functions, threads and
    other userdata become nil, with one warning for each line of the program that sends such a thing.
    """
    if type(value) in _SCALARS:
        return value
    if type(value) is Table:
        return _Copy().table(value)
    return _copy_host_object(value, None)


def _copy_host_object(value: LuaValue, path: _Path) -> LuaValue:
    if isinstance(value, Error):
        return value
    if isinstance(value, Userdata) and getattr(value, "transferable", False):
        return value.lua_copy() if hasattr(value, "lua_copy") else value
    _warn(value, path)
    return None


class _Copy:
    """One copying of a table; without recursion, for a list of a million links must not exhaust the stack."""

    def __init__(self) -> None:
        self._seen: dict[int, Table] = {}
        self._pending: list[tuple[Table, Table, _Path]] = []

    def table(self, source: Table) -> Table:
        """Copy a table and all that it reaches."""
        root = self._shell(source, None)
        while self._pending:
            self._fill(*self._pending.pop())
        return root

    def _shell(self, source: Table, path: _Path) -> Table:
        """Give the copy of a table, empty at first."""
        shell = self._seen.get(id(source))
        if shell is None:
            shell = self._seen[id(source)] = Table()
            self._pending.append((source, shell, path))
        return shell

    def _fill(self, source: Table, target: Table, path: _Path) -> None:
        target.keyed = source.keyed
        for key, item in source.items():
            place = (path, key)
            own_key = self._part(key, place)
            if own_key is not None:
                target.set(own_key, self._part(item, place))
        if source.meta is not None:
            target.meta = self._shell(source.meta, (path, _METATABLE))

    def _part(self, value: LuaValue, path: _Path) -> LuaValue:
        if type(value) in _SCALARS:
            return value
        return self._shell(value, path) if type(value) is Table else _copy_host_object(value, path)


def _warn(value: LuaValue, path: _Path) -> None:
    place, field = where(), _spell(path)
    if len(_warned) >= _MAX_WARNED or (place or field) in _warned:
        return
    _warned.add(place or field)
    kind = value.lua_name if isinstance(value, Userdata) else "function"
    subject = f"field '{field}'" if field else "it"
    log.warning("%sa %s cannot leave its process; %s arrives as nil", place, kind, subject)


_SHOWN = 10


def _spell(path: _Path) -> str:
    """Write a path as `a.b.3`, no more than the last few steps of a long one."""
    steps: list[str] = []
    while path is not None and len(steps) < _SHOWN:
        path, key = path
        steps.append("(metatable)" if key is _METATABLE else str(key))
    if path is not None:
        steps.append("...")
    return ".".join(reversed(steps))
