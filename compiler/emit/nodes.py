"""Short constructors of Python `ast` nodes that carry a Lua position."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from compiler.syntax import Position

N = TypeVar("N", bound=ast.stmt | ast.expr | ast.arg)
LOAD = ast.Load()
STORE = ast.Store()


def at(node: N, pos: Position) -> N:
    """Place a node."""
    node.lineno, node.col_offset, node.end_lineno, node.end_col_offset = pos
    return node


def load(name: str, pos: Position) -> ast.expr:
    """Read a Python variable."""
    return at(ast.Name(name, LOAD), pos)


def store(name: str, pos: Position) -> ast.expr:
    """Name a Python variable as the target of an assignment."""
    return at(ast.Name(name, STORE), pos)


def constant(value: object, pos: Position) -> ast.expr:
    """Write a constant."""
    return at(ast.Constant(value), pos)  # type: ignore[arg-type]


def call(function: ast.expr, arguments: Sequence[ast.expr], pos: Position) -> ast.expr:
    """Call a Python expression."""
    return at(ast.Call(function, list(arguments), []), pos)


def helper(name: str, arguments: Sequence[ast.expr], pos: Position) -> ast.expr:
    """Call a runtime helper."""
    return call(load(name, pos), arguments, pos)


def assign(target: ast.expr, value: ast.expr, pos: Position) -> ast.stmt:
    """Assign."""
    return at(ast.Assign([target], value), pos)


def walrus(name: str, value: ast.expr, pos: Position) -> ast.expr:
    """Assign inside an expression."""
    return at(ast.NamedExpr(ast.Name(name, STORE, **_place(pos)), value), pos)


def _place(pos: Position) -> dict[str, int]:
    return {"lineno": pos.line, "col_offset": pos.column, "end_lineno": pos.end_line, "end_col_offset": pos.end_column}


def tuple_(items: Sequence[ast.expr], pos: Position) -> ast.expr:
    """Build a tuple."""
    return at(ast.Tuple(list(items), LOAD), pos)


def unpack(targets: Sequence[ast.expr], pos: Position) -> ast.expr:
    """Name several variables as the target of one assignment."""
    return at(ast.Tuple(list(targets), STORE), pos)


def list_(items: Sequence[ast.expr], pos: Position) -> ast.expr:
    """Build a list."""
    return at(ast.List(list(items), LOAD), pos)


def element(owner: ast.expr, key: ast.expr, pos: Position) -> ast.expr:
    """Read owner[key] in Python."""
    return at(ast.Subscript(owner, key, LOAD), pos)


def element_target(owner: ast.expr, key: ast.expr, pos: Position) -> ast.expr:
    """Name owner[key] as the target of an assignment."""
    return at(ast.Subscript(owner, key, STORE), pos)


def is_(left: ast.expr, right: ast.expr, pos: Position) -> ast.expr:
    """Test identity."""
    return at(ast.Compare(left, [ast.Is()], [right]), pos)


def is_not(left: ast.expr, right: ast.expr, pos: Position) -> ast.expr:
    """Test difference of identity."""
    return at(ast.Compare(left, [ast.IsNot()], [right]), pos)


def equals(left: ast.expr, right: ast.expr, pos: Position) -> ast.expr:
    """Compare with Python's ==."""
    return at(ast.Compare(left, [ast.Eq()], [right]), pos)


def class_of(value: ast.expr, pos: Position) -> ast.expr:
    """Read the class of a value."""
    return at(ast.Attribute(value, "__class__", LOAD), pos)


def conditional(test: ast.expr, yes: ast.expr, no: ast.expr, pos: Position) -> ast.expr:
    """Choose by a condition."""
    return at(ast.IfExp(test, yes, no), pos)


def negate(test: ast.expr, pos: Position) -> ast.expr:
    """Negate a condition."""
    return at(ast.UnaryOp(ast.Not(), test), pos)


def both(tests: Sequence[ast.expr], pos: Position) -> ast.expr:
    """Combine conditions with `and`."""
    return at(ast.BoolOp(ast.And(), list(tests)), pos)


def either(tests: Sequence[ast.expr], pos: Position) -> ast.expr:
    """Combine conditions with `or`."""
    return at(ast.BoolOp(ast.Or(), list(tests)), pos)


def when(test: ast.expr, body: list[ast.stmt], otherwise: list[ast.stmt], pos: Position) -> ast.stmt:
    """Branch."""
    return at(ast.If(test, body or [at(ast.Pass(), pos)], otherwise), pos)


def forever(body: list[ast.stmt], pos: Position) -> ast.stmt:
    """Loop until a break."""
    return at(ast.While(constant(True, pos), body, []), pos)
