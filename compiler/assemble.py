"""Python `ast` to a code object, and the compiled chunk as a value."""

from __future__ import annotations

import marshal
import warnings
from dataclasses import dataclass
from types import CodeType
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from compiler.emit.chunk import Emitted

# (line, column, end line, end column) -> names of operands
OperandNames: TypeAlias = dict[tuple[int, int, int, int], tuple[str | None, ...]]
_MARSHAL = 2  # the last format without references, whose presence depends on what else is alive


@dataclass(frozen=True)
class Chunk:
    """A compiled chunk: the code of its main function, whose file name is the chunk's name, and what goes with it.

    `standard` names the variables that are to hold standard globals and functions: Lua name to Python name. `trusted`
    are the globals that have to be the standard ones.
    """

    code: CodeType
    operand_names: OperandNames
    standard: dict[str, str]
    trusted: tuple[str, ...]

    def to_bytes(self) -> bytes:
        """Give the chunk as bytes, the same for the same source."""
        return marshal.dumps((self.code, self.operand_names, self.standard, self.trusted), _MARSHAL)

    @staticmethod
    def from_bytes(data: bytes) -> Chunk:
        """Read what `to_bytes` gave; raise ValueError, EOFError or TypeError for anything else."""
        code, names, standard, trusted = marshal.loads(data)  # noqa: S302  (the store has checked the digest)
        if not isinstance(code, CodeType) or not isinstance(names, dict) or not isinstance(standard, dict):
            raise TypeError("not a compiled chunk")
        return Chunk(code, names, standard, trusted)


def assemble(emitted: Emitted, name: str) -> Chunk:
    """Compile a module that defines one function; functions get their Lua names."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # Python's advice on style, such as on `1 is None`
        module = compile(emitted.module, name, "exec", dont_inherit=True, optimize=0)
    code = next(constant for constant in module.co_consts if isinstance(constant, CodeType))
    return Chunk(
        _renamed(code, emitted.functions),
        {(pos[0], pos[1], pos[2], pos[3]): names for pos, names in emitted.names.items()},
        emitted.standard,
        emitted.trusted,
    )


def _renamed(code: CodeType, names: dict[str, str]) -> CodeType:
    constants = tuple(_renamed(item, names) if isinstance(item, CodeType) else item for item in code.co_consts)
    lua_name = names.get(code.co_name, code.co_name)
    return code.replace(co_consts=constants, co_name=lua_name, co_qualname=lua_name)
