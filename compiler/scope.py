"""What resolve finds out about names, functions and jumps, as data for emit."""

from __future__ import annotations

import keyword
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from compiler import abi

if TYPE_CHECKING:
    from compiler.syntax import Block, Call, Expression, Function, GenericFor, NumericFor, Return
    from compiler.typevalues import ChunkTypes


class Storage(Enum):
    """How a local is kept in Python."""

    PLAIN = "plain"  # a Python local, captured by Python's own closures
    VALUE = "value"  # captured in a loop but never assigned again: closures get its value through a factory
    BOX = "box"  # captured in a loop and assigned again: a list of one element, which closures get through a factory


@dataclass(slots=True, eq=False)
class Symbol:
    """A local variable or parameter. `python` is its name in the emitted code, unique in the chunk."""

    name: str
    python: str
    owner: FunctionScope
    in_loop: bool  # declared where the same activation of the function may pass again
    early: bool = False  # a function captures it before it has its value, as a local function does with itself
    captured: bool = False
    assigned: bool = False  # assigned after its declaration
    function: Function | None = None  # the function that it is declared as
    uses: int = 0  # how often it is named
    # How often, by an estimate that counts a loop as four rounds, it is set and an element of what it holds is used.
    sets: int = 0
    elements: int = 0
    calls: list[Call] = field(default_factory=list)  # where it is called
    handed: list[Call] = field(default_factory=list)  # the calls that have it as their first argument
    # The local that its function is declared as and its place among the parameters, where it is a parameter of one.
    parameter_of: tuple[Symbol, int] | None = None
    # What it is ever set to: expressions, the loop that it is the (first) variable of, None for what cannot be told.
    values: list[Expression | NumericFor | GenericFor | None] = field(default_factory=list)

    @property
    def constant(self) -> bool:
        """Say that the local keeps its first value; final when the whole chunk is resolved."""
        return not self.assigned

    @property
    def only_called(self) -> bool:
        """Say that the local is a function that is only ever called by its name; final when the chunk is resolved."""
        return self.function is not None and self.constant and self.uses == len(self.calls)

    @property
    def keeps_owner(self) -> bool:
        """Say that it pays to keep beside the local what its elements are read from and written to."""
        steady = self.storage is Storage.PLAIN and not self.early and (self.constant or not self.captured)
        return steady and self.elements > self.sets

    @property
    def storage(self) -> Storage:
        """Say how the local is kept; final when the whole chunk is resolved."""
        if not (self.captured and self.in_loop):
            return Storage.PLAIN
        return Storage.BOX if self.assigned or self.early else Storage.VALUE


@dataclass(slots=True, eq=False)
class FunctionScope:
    """A function: which outer locals it and the functions in it use (`free`), which it assigns (`rebinds`).

    `itself` is the local that it is declared as, where it returns calls of that name: if nothing else is ever assigned
    to it, these calls become a loop.
    """

    parent: FunctionScope | None
    has_vararg: bool
    symbol: Symbol | None = None  # the local that it is declared as
    parameters: list[Symbol] = field(default_factory=list)
    itself: Symbol | None = None
    returns: list[Return] = field(default_factory=list)
    yields: list[Call] = field(default_factory=list)  # calls in its own text that may be of `coroutine.yield`
    handed: Call | None = None  # the call that has the function as its first argument
    free: dict[Symbol, None] = field(default_factory=dict)  # a dict for its order
    rebinds: dict[Symbol, None] = field(default_factory=dict)
    types: ChunkTypes | None = None  # of the main chunk
    globals_assigned: frozenset[str] = frozenset()  # in the whole chunk; of the main chunk


@dataclass(slots=True, eq=False)
class LabelBlock:
    """A block that becomes a dispatch loop: each label jumped to starts a segment (statement index -> number)."""

    state: str  # the Python variable that holds the number of the segment to run
    segments: dict[int, int] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Jump:
    """How a goto is carried out: as `continue` of the loop with the body `block`, or to a segment of its dispatch."""

    block: Block
    statement: int | None  # index of the label in the block; None for `continue`


class Namer:
    """Gives out Python names that are unique in a chunk and never those of the runtime."""

    def __init__(self) -> None:
        self._used = {*abi.HELPERS, abi.ENVIRONMENT, abi.OPERAND_NAMES, *keyword.kwlist, "__debug__"}
        self._count: dict[str, int] = {}

    def unique(self, name: str) -> str:
        """Give the name itself where it is free, else the name with a number."""
        candidate = name
        number = self._count.get(name, 1)
        while candidate in self._used:
            number += 1
            candidate = f"{name}_{number}"
        self._count[name] = number
        self._used.add(candidate)
        return candidate
