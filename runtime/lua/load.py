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

    @property
    def standard(self) -> dict[str, str]:
        """Python variables that hold standard globals and members of libraries, by their Lua names."""


def load(chunk: CompiledChunk, environment: Table) -> LuaFunction:
    """Bind a chunk to a table of globals; the result runs the chunk's body each time that it is called.

    The standard globals that the chunk never assigns are read now, once.
    """
    variables = {"E": environment, NAMES: chunk.operand_names, "__builtins__": ABI}
    if "_G" in chunk.standard:
        environment.set("_G", environment)
    for path, variable in chunk.standard.items():
        name, _, member = path.partition(".")
        value = environment.get(name)
        variables[variable] = value.get(member) if member else value
    return FunctionType(chunk.code, variables, chunk.code.co_name)
