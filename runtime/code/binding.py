"""Bind compiled chunks to environments whose standard globals may not be the standard ones."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from compiler.pipeline import compile_chunk
from runtime.lua.libraries import is_standard
from runtime.lua.load import load

if TYPE_CHECKING:
    from compiler.assemble import Chunk
    from runtime.lua.table import Table
    from runtime.lua.types import LuaFunction


def bind(chunk: Chunk, source: str, name: str, environment: Table, *, changing: bool = False) -> LuaFunction:
    """Make the function of a chunk; compile it anew, trusting nothing, where a global that it trusts is another one.

    That happens where an import bears the name of a standard global, as some libraries for tests do with `assert`; and
    where the globals are `changing`, for a chunk in the same environment names `_G`, as libraries with mocks do.
    """
    if changing or not is_standard(environment, chunk.trusted):
        chunk = _distrusting(source, name)
    return load(chunk, environment)


def names_globals(chunk: Chunk) -> bool:
    """Tell whether a chunk names `_G`, through which it may change any global."""
    return "_G" in chunk.standard


@lru_cache(maxsize=256)
def _distrusting(source: str, name: str) -> Chunk:
    return compile_chunk(source, name, trusting=False)
