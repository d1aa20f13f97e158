"""Operators for which plain Python will do, given what is proven of the operands.

For a number that may be nil it will do as well: it raises TypeError, which is put into words where it is caught.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from compiler import syntax as s
from compiler.proofs import NUMBERS, Type
from compiler.ranges import WHOLE, exact

if TYPE_CHECKING:
    from compiler.proofs import Proofs

_ORDER: Final[dict[str, type[ast.cmpop]]] = {"<": ast.Lt, "<=": ast.LtE, ">": ast.Gt, ">=": ast.GtE}
_EQUALITY: Final[dict[str, type[ast.cmpop]]] = {"==": ast.Eq, "~=": ast.NotEq}
_FLOAT: Final[dict[str, type[ast.operator]]] = {"+": ast.Add, "-": ast.Sub, "*": ast.Mult}
_INTEGER: Final[dict[str, type[ast.operator]]] = {
    **_FLOAT,
    "%": ast.Mod,
    "//": ast.FloorDiv,
    "&": ast.BitAnd,
    "|": ast.BitOr,
    "~": ast.BitXor,
    "<<": ast.LShift,
    ">>": ast.RShift,
}


def comparison(node: s.Binary, proofs: Proofs) -> ast.cmpop | None:
    """Give Python's comparison where it means the same; Lua compares no booleans with numbers, Python does."""
    if node.operator not in _ORDER and node.operator not in _EQUALITY:
        return None
    left, right = proofs.fact(node.left).type, proofs.fact(node.right).type
    if left in NUMBERS and right in NUMBERS:
        return (_ORDER.get(node.operator) or _EQUALITY[node.operator])()
    if node.operator in _EQUALITY:
        return _EQUALITY[node.operator]() if Type.STRING in (left, right) else None
    return _ORDER[node.operator]() if left is right is Type.STRING else None


def arithmetic(node: s.Binary, proofs: Proofs) -> ast.operator | None:
    """Give Python's operator where it means the same: nothing can overflow, divide by zero or be a string."""
    left, right = proofs.fact(node.left), proofs.fact(node.right)
    if left.type is right.type is Type.INTEGER:
        same = exact(node.operator, left.range, right.range)
        return _INTEGER[node.operator]() if same is not None else None
    if left.type not in NUMBERS or right.type not in NUMBERS:
        return None
    if node.operator in _FLOAT and Type.FLOAT in (left.type, right.type):
        return _FLOAT[node.operator]()
    if node.operator == "/" and left.type is Type.FLOAT and _is_nonzero(node.right):
        return ast.Div()
    return None


def integer(node: s.Expression) -> int | None:
    """Give the value of an integer literal, with its sign; None for any other expression."""
    match node:
        case s.Number(value=int() as value):
            return value
        case s.Unary(operator="-", operand=s.Number(value=int() as value)):
            return -value
    return None


def _is_nonzero(node: s.Expression) -> bool:
    return isinstance(node, s.Number) and node.value != 0


def can_negate(node: s.Expression, proofs: Proofs) -> bool:
    """Tell whether Python's minus means the same."""
    fact = proofs.fact(node)
    return fact.type is Type.FLOAT or (fact.type is Type.INTEGER and fact.range.low > WHOLE.low)


def can_invert(node: s.Expression, proofs: Proofs) -> bool:
    """Tell whether Python's ~ means the same."""
    return proofs.of(node) is Type.INTEGER
