"""Type values: made at the start of a chunk, told at their statements what they use from outside."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from compiler import abi
from compiler.emit import nodes as n

if TYPE_CHECKING:
    from compiler import syntax as s
    from compiler.emit.chunk import Emitter
    from compiler.typevalues import ChunkTypes


def definitions(types: ChunkTypes) -> list[ast.stmt]:
    """Write the types that the chunk uses as values; nothing when it uses none."""
    if not types.used:
        return []
    pos = next(iter(types.outside))
    scope = n.helper(abi.TYPE_SCOPE, [n.constant(tuple(types.needed().values()), pos)], pos)
    made = [
        n.assign(
            n.store(types.symbols[name].python, pos),
            n.call(n.load(types.python, pos), [n.constant(name, pos)], pos),
            pos,
        )
        for name in types.used
    ]
    return [n.assign(n.store(types.python, pos), scope, pos), *made]


def outside(node: s.TypeStatement, emitter: Emitter) -> list[ast.stmt]:
    """Write what the names from outside in a type statement stand for there."""
    types = emitter.scope.types
    if types is None or node.name not in types.needed():
        return []
    return [
        n.at(
            ast.Expr(
                n.call(
                    n.load(types.python, node.pos),
                    [n.constant(name.name, node.pos), emitter.expressions.name(name)],
                    node.pos,
                )
            ),
            node.pos,
        )
        for name in types.outside.get(node.pos, ())
    ]
