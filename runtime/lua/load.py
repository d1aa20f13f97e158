"""Make a Lua function of a compiled chunk."""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING, Protocol

from runtime.lua.faults import NAMES
from runtime.lua.frames import ABI

if TYPE_CHECKING:
    from types import CodeType

    from runtime.lua.table import Table
    from runtime.lua.types import LuaFunction


class CompiledChunk(Protocol):
    """What `compiler.assemble.Chunk` offers; this package does not import the compiler."""

    @property
    def code(self) -> CodeType:
        """The code of the main function."""

    @property
    def operand_names(self) -> object:
        """Names of operands by position."""


def load(chunk: CompiledChunk, environment: Table) -> LuaFunction:
    """Bind a chunk to a table of globals; the result runs the chunk's body each time that it is called."""
    return FunctionType(
        chunk.code, {"E": environment, NAMES: chunk.operand_names, "__builtins__": ABI}, chunk.code.co_name
    )
