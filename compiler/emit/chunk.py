"""The state of one function being written, and the entry that writes a whole chunk."""

from __future__ import annotations

import ast
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from compiler.emit.expressions import ExpressionEmitter
from compiler.emit.functions import FunctionEmitter
from compiler.emit.jumps import JumpEmitter
from compiler.emit.statements import StatementEmitter
from compiler.generators import Generators
from compiler.proofs import Proofs
from compiler.results import Results
from compiler.shapes import Shapes
from compiler.standard import Standard

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.emit.jumps import Loop
    from compiler.scope import FunctionScope, Namer, Symbol
    from compiler.syntax import Function, Position


@dataclass(frozen=True)
class Emitted:
    """A chunk as Python.

    `names` are those of operands by position, `functions` the Lua names of functions by their Python names, `standard`
    the Python variables of standard globals and functions by their Lua names, `trusted` the globals that have to be the
    standard ones.
    """

    module: ast.Module
    names: dict[Position, tuple[str | None, ...]]
    functions: dict[str, str]
    standard: dict[str, str]
    trusted: tuple[str, ...]


class Emitter:
    """Writes one function; the parts for expressions, statements, functions and jumps share it."""

    def __init__(self, namer: Namer, scope: FunctionScope, proofs: Proofs, parent: Emitter | None = None) -> None:
        self.namer = namer
        self.scope = scope
        self.names: dict[Position, tuple[str | None, ...]] = parent.names if parent else {}
        self.function_names: dict[str, str] = parent.function_names if parent else {}
        self.standard = proofs.standard
        self.results = proofs.results
        self.proofs = proofs
        self.generators: Generators = parent.generators if parent else Generators(proofs)
        # In a generator the variable that says whether it has a stack of its own.
        self.rooted: str | None = None
        # The Python variables that hold what elements of a local are read from and written to.
        self.owners: dict[Symbol, str] = parent.owners if parent else {}
        self.out: list[ast.stmt] = []
        self.vararg = namer.unique("varargs")
        self.exit_variable: str | None = None
        # The loop that is the body of a function which calls itself in tail position.
        self.restart: Loop | None = None
        self._temporaries: dict[str, str] = {}
        self.expressions = ExpressionEmitter(self)
        self.statements = StatementEmitter(self)
        self.functions = FunctionEmitter(self)
        self.jumps = JumpEmitter(self)

    def fresh(self, purpose: str) -> str:
        """Give a variable that nothing else uses."""
        return self.namer.unique(f"{purpose}_")

    def temporary(self, purpose: str) -> str:
        """Give a variable of the function for a value that is read right after it is written."""
        if purpose not in self._temporaries:
            self._temporaries[purpose] = self.fresh(purpose)
        return self._temporaries[purpose]

    def exit(self) -> str:
        """Give the variable that says where a jump through several loops goes."""
        if self.exit_variable is None:
            self.exit_variable = self.fresh("exit")
        return self.exit_variable

    @contextmanager
    def collect(self) -> Iterator[list[ast.stmt]]:
        """Collect the statements written meanwhile in a list of their own."""
        outer, self.out = self.out, []
        try:
            yield self.out
        finally:
            self.out = outer

    @contextmanager
    def function(self, scope: FunctionScope) -> Iterator[Emitter]:
        """Write an inner function."""
        yield Emitter(self.namer, scope, self.proofs, self)


def emit(chunk: Function, namer: Namer, *, trusting: bool = True) -> Emitted:
    """Write a resolved chunk as a Python module that defines one function."""
    assert chunk.scope is not None, "resolve comes before emit"
    standard = Standard(namer, chunk.scope.globals_assigned, trusting=trusting)
    results = Results(standard)
    emitter = Emitter(namer, chunk.scope, Proofs(results, standard, Shapes(results, standard, chunk)))
    definition = emitter.functions.definition(chunk, chunk.scope, namer.unique("main_chunk"))
    module = ast.Module([definition], [])
    return Emitted(module, emitter.names, emitter.function_names, standard.variables, standard.trusted)
