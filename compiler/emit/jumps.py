"""Jumps out of loops: Python leaves one loop at a time, so a jump that passes several says where it goes in a variable.

The variable is zero but while a jump is under way; after each loop that a jump may pass stands a test that carries it
on.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from compiler.emit import nodes as n

if TYPE_CHECKING:
    from compiler import syntax as s
    from compiler.emit.chunk import Emitter


@dataclass(eq=False)
class Loop:
    """A Python loop being written: that of a Lua loop, or the dispatch loop of a block with labels."""

    body: s.Block
    dispatch: bool
    passing: dict[int, tuple[Loop, bool]] = field(
        default_factory=dict
    )  # code -> (target, continue) of the jumps that pass through


class JumpEmitter:
    """Writes break, continue and the jumps that pass several loops of one function."""

    def __init__(self, emitter: Emitter) -> None:
        self.emitter = emitter
        self.loops: list[Loop] = []
        self.codes: dict[tuple[int, bool], int] = {}

    def leave(self, target: Loop, *, again: bool, pos: s.Position) -> list[ast.stmt]:
        """Break out of a loop, or continue it, from however deep."""
        if self.loops[-1] is target:
            return [n.at(ast.Continue() if again else ast.Break(), pos)]
        code = self.codes.setdefault((id(target), again), len(self.codes) + 1)
        for loop in reversed(self.loops):
            if loop is target:
                break
            loop.passing[code] = (target, again)
        variable = self.emitter.exit()
        return [n.assign(n.store(variable, pos), n.constant(code, pos), pos), n.at(ast.Break(), pos)]

    def after(self, loop: Loop, pos: s.Position) -> list[ast.stmt]:
        """Carry on the jumps that passed a loop; stands right behind it."""
        statements: list[ast.stmt] = []
        for code, (target, again) in loop.passing.items():
            variable = self.emitter.exit()
            if self.loops and self.loops[-1] is target:
                reset = n.assign(n.store(variable, pos), n.constant(0, pos), pos)
                carried: list[ast.stmt] = [reset, n.at(ast.Continue() if again else ast.Break(), pos)]
            else:
                carried = [n.at(ast.Break(), pos)]
            statements.append(n.when(n.equals(n.load(variable, pos), n.constant(code, pos), pos), carried, [], pos))
        return statements

    def innermost_lua_loop(self) -> Loop:
        """Give the loop that a Lua `break` ends."""
        return next(loop for loop in reversed(self.loops) if not loop.dispatch)

    def of_block(self, block: s.Block, *, dispatch: bool) -> Loop:
        """Give the open loop of a block."""
        return next(loop for loop in reversed(self.loops) if loop.body is block and loop.dispatch is dispatch)
