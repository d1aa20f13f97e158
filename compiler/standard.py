"""What is known of the standard globals, where a chunk may trust that it gets them.

A chunk that calls `math.floor` or `tostring` is compiled for the standard functions of these names; which globals it
trusts stands in the chunk, and whoever loads it checks that the environment has just these, else compiles the chunk
again without trust. A global that the chunk itself assigns is never trusted. Library tables are frozen, so their
members are as constant as they are.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from compiler import syntax as s

if TYPE_CHECKING:
    from compiler.scope import Namer


class Result(Enum):
    """What a standard function gives: one value of a type, or any number of values."""

    STRING = "string"
    FLOAT = "float"
    NUMBER = "number"
    BOOLEAN = "boolean"
    LENGTH = "length"  # an integer that is no less than zero and no longer than any string
    TABLE = "table"
    VALUE = "value"  # exactly one, of any type
    VALUES = "values"

    @property
    def is_single(self) -> bool:
        """Say that it is exactly one value."""
        return self is not Result.VALUES


def _members(library: str, result: Result, names: str) -> dict[str, Result]:
    return {f"{library}.{name}": result for name in names.split()}


FUNCTIONS: Final[dict[str, Result]] = {
    "tostring": Result.STRING,
    "type": Result.STRING,
    "tonumber": Result.VALUE,
    "rawequal": Result.BOOLEAN,
    "rawget": Result.VALUE,
    "rawset": Result.VALUE,
    "getmetatable": Result.VALUE,
    "setmetatable": Result.VALUE,
    **dict.fromkeys(("assert", "error", "ipairs", "next", "pairs", "select", "unpack"), Result.VALUES),
    **_members("string", Result.STRING, "format lower rep reverse sub upper char"),
    **_members("string", Result.LENGTH, "len"),
    **_members("string", Result.VALUE, "gmatch"),
    **_members("string", Result.VALUES, "byte find gsub match pack unpack"),
    **_members("math", Result.FLOAT, "acos asin atan cos deg exp log rad sin sqrt tan"),
    **_members("math", Result.NUMBER, "abs ceil floor fmod max min random"),
    **_members("math", Result.VALUE, "tointeger type"),
    **_members("math", Result.BOOLEAN, "ult"),
    **_members("math", Result.VALUES, "modf"),
    **_members("table", Result.STRING, "concat"),
    **_members("table", Result.TABLE, "pack"),
    **_members("table", Result.VALUE, "remove"),
    **_members("table", Result.VALUES, "insert move sort unpack"),
    **_members("os", Result.VALUE, "time date"),
    **_members("os", Result.FLOAT, "clock"),
    **_members("coroutine", Result.VALUES, "resume yield"),
    **_members("coroutine", Result.VALUE, "create wrap status"),
}

# The globals that a chunk reads when it is loaded, unless it assigns them itself.
GLOBALS: Final = frozenset(
    {
        *(path for path in FUNCTIONS if "." not in path),
        *("_G", "pcall", "print", "require", "xpcall"),
        *("coroutine", "errors", "math", "os", "package", "string", "table"),
        *("channel", "payload", "process", "subscribe", "unsubscribe"),
    }
)


class Standard:
    """The standard globals of one chunk: Python variables for those that it reads, and which it trusts."""

    def __init__(self, namer: Namer, assigned: frozenset[str], *, trusting: bool = True) -> None:
        self._namer = namer
        self._assigned = assigned
        self._trusting = trusting
        # The Python variables by what they hold: a global, or `library.member` of a trusted library.
        self.variables: dict[str, str] = {}
        self._trusted: set[str] = set()

    @property
    def trusted(self) -> tuple[str, ...]:
        """Name the globals that have to be the standard ones."""
        return tuple(sorted(self._trusted))

    def variable(self, name: str) -> str | None:
        """Give the Python variable for a global; None when it has to be looked up each time.

        A chunk that names `_G` has it among its variables whatever it does with it, so that the environment gets it.
        """
        if name not in GLOBALS or (name in self._assigned and name != "_G"):
            return None
        if not self._trusting and name != "_G":
            return None  # somebody may put another value in its place at any time
        variable = self._variable(name)
        return variable if name not in self._assigned else None

    def member(self, node: s.Index) -> str | None:
        """Give the Python variable for a function of a trusted library; None for any other expression."""
        path = self._path(node)
        return None if path is None else self._variable(path)

    def method(self, name: str) -> str | None:
        """Give the Python variable for a method of strings; None where it has none of the name or cannot be trusted."""
        path = f"string.{name}"
        return self._variable(path) if self._trust(path) else None

    def function(self, node: s.Expression) -> str | None:
        """Name the standard function that an expression certainly gives, by its name or by `library.member`."""
        if isinstance(node, s.Name) and node.symbol is not None:
            values = node.symbol.values
            constant = node.symbol.constant and len(values) == 1
            given = values[0] if constant else None
            return self._path(given) if isinstance(given, (s.Name, s.Index)) else None
        return self._path(node)

    def result(self, call: s.Call) -> Result | None:
        """Tell what the standard function that is called gives; None for a call of any other."""
        path = self.function(call.function)
        return None if path is None else FUNCTIONS[path]

    def method_result(self, name: str) -> Result | None:
        """Tell what a method of strings gives; None where it has none of the name or cannot be trusted."""
        path = f"string.{name}"
        return FUNCTIONS[path] if self._trust(path) else None

    def _variable(self, path: str) -> str:
        if path not in self.variables:
            self.variables[path] = self._namer.unique(path.replace(".", "_"))
        return self.variables[path]

    def _path(self, node: s.Expression) -> str | None:
        match node:
            case s.Name(symbol=None, name=name):
                path = name
            case s.Index(owner=s.Name(symbol=None, name=name), key=s.String(value=member)):
                path = f"{name}.{member}"
            case _:
                return None
        return path if self._trust(path) else None

    def _trust(self, path: str) -> bool:
        """Trust the global that a function comes from, if that is allowed."""
        name = path.partition(".")[0]
        if path not in FUNCTIONS or not self._trusting or name in self._assigned:
            return False
        self._trusted.add(name)
        return True
