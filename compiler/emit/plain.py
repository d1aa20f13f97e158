"""Operators for which plain Python will do, given what is proven of the operands."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from compiler.proofs import NUMBERS, Type, is_positive

if TYPE_CHECKING:
    from compiler import syntax as s
    from compiler.proofs import Proofs

_ORDER: Final[dict[str, type[ast.cmpop]]] = {"<": ast.Lt, "<=": ast.LtE, ">": ast.Gt, ">=": ast.GtE}
_EQUALITY: Final[dict[str, type[ast.cmpop]]] = {"==": ast.Eq, "~=": ast.NotEq}
_SUMS: Final[dict[str, type[ast.operator]]] = {"+": ast.Add, "-": ast.Sub}
_FLOAT: Final[dict[str, type[ast.operator]]] = {**_SUMS, "*": ast.Mult}
_WHOLE: Final[dict[str, type[ast.operator]]] = {"%": ast.Mod, "//": ast.FloorDiv}


def comparison(node: s.Binary, proofs: Proofs) -> ast.cmpop | None:
    """Give Python's comparison where it means the same; Lua compares no booleans with numbers, Python does."""
    if node.operator not in _ORDER and node.operator not in _EQUALITY:
        return None
    left, right = proofs.of(node.left), proofs.of(node.right)
    if left in NUMBERS and right in NUMBERS:
        return (_ORDER.get(node.operator) or _EQUALITY[node.operator])()
    if node.operator in _EQUALITY:
        return _EQUALITY[node.operator]() if Type.STRING in (left, right) else None
    return _ORDER[node.operator]() if left is right is Type.STRING else None


def arithmetic(node: s.Binary, proofs: Proofs) -> ast.operator | None:
    """Give Python's operator where it means the same: nothing can overflow, divide by zero or be a string."""
    left, right = proofs.of(node.left), proofs.of(node.right)
    if left is right is Type.SMALL and node.operator in _SUMS:
        return _SUMS[node.operator]()
    if node.operator in _FLOAT and Type.FLOAT in (left, right) and left in NUMBERS and right in NUMBERS:
        return _FLOAT[node.operator]()
    if left is Type.SMALL and node.operator in _WHOLE and is_positive(node.right):
        return _WHOLE[node.operator]()
    return None


def can_negate(node: s.Expression, proofs: Proofs) -> bool:
    """Tell whether Python's minus means the same."""
    return proofs.of(node) in (Type.SMALL, Type.FLOAT)
