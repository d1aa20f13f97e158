"""Which types are part of which: `<=` between type values."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runtime.lua.typenodes import Term

_DEPTH = 64
_STEPS = 10_000  # comparisons of parts; types that need more are taken to be unrelated


class _Budget:
    __slots__ = ("assumed", "left")

    def __init__(self) -> None:
        self.left = _STEPS
        self.assumed: set[tuple[int, int]] = set()  # pairs of terms that hold, or are being compared


def is_subtype(part: Term, whole: Term) -> bool:
    """Tell whether every value of one type is a value of another."""
    return _within(part, whole, 0, _Budget())


def _within(left: Term, right: Term, depth: int, budget: _Budget) -> bool:
    budget.left -= 1
    if budget.left < 0:
        return False
    a, b = left.head(), right.head()
    if a is b or (a.node == b.node and a.scope is b.scope and not a.arguments and not b.arguments):
        return bool(a.node[0] != "unresolved")
    if depth > _DEPTH:
        return True  # two recursive types that agreed so far
    depth += 1
    kind, other = a.node[0], b.node[0]
    if other == "primitive" and b.node[1] in ("any", "unknown", "self"):
        return True
    if kind == "primitive" and a.node[1] == "never":
        return True
    if kind == "annotated":
        return (
            _within(a.parts(), b, depth, budget)
            if other != "annotated"
            else a.node[2] == b.node[2] and _within(a.parts(), b.parts(), depth, budget)
        )
    if kind == "union":
        return all(_within(member, b, depth, budget) for member in a.parts())
    if kind == "optional":
        from runtime.lua.typenodes import primitive  # terms and relation need one another

        return _within(primitive("nil"), b, depth, budget) and _within(a.parts(), b, depth, budget)
    if other == "intersection":
        return all(_within(a, member, depth, budget) for member in b.parts())
    if other == "union":
        return any(_within(a, member, depth, budget) for member in b.parts())
    if other == "optional":
        return (kind == "primitive" and a.node[1] == "nil") or _within(a, b.parts(), depth, budget)
    if kind == "intersection":
        return any(_within(member, b, depth, budget) for member in a.parts())
    if other == "primitive":
        return _within_primitive(a, b.node[1])
    if kind == "literal" and other == "literal":
        return type(a.node[1]) is type(b.node[1]) and a.node[1] == b.node[1]
    if kind != other:
        return False
    pair = (id(a), id(b))
    if pair in budget.assumed:
        return True
    budget.assumed.add(pair)
    holds = _within_form(a, b, depth, budget)
    if not holds:
        budget.assumed.discard(pair)
    return holds


def _within_primitive(a: Term, name: str) -> bool:
    kind = a.node[0]
    if kind == "primitive":
        return bool(a.node[1] == name) or (a.node[1], name) == ("integer", "number")
    if kind == "literal":
        value = a.node[1]
        if isinstance(value, bool):
            return name == "boolean"
        if isinstance(value, str):
            return name == "string"
        return name == "number" or (name == "integer" and value == int(value))
    if name == "table":
        return kind in ("array", "map", "record", "tuple", "interface")
    return name == "function" and kind == "function"


def _within_form(a: Term, b: Term, depth: int, budget: _Budget) -> bool:
    kind = a.node[0]
    if kind == "array":
        return _within(a.parts(), b.parts(), depth, budget)
    if kind in ("map", "tuple"):
        mine, theirs = a.parts(), b.parts()
        return len(mine) == len(theirs) and all(_within(x, y, depth, budget) for x, y in zip(mine, theirs, strict=True))
    if kind == "record":
        return _within_record(a, b, depth, budget)
    if kind == "function":
        (parameters, returns), (their_parameters, their_returns) = a.parts(), b.parts()
        return (
            len(parameters) <= len(their_parameters)
            and len(returns) >= len(their_returns)
            and all(_within(y, x, depth, budget) for x, y in zip(parameters, their_parameters, strict=False))
            and all(_within(x, y, depth, budget) for x, y in zip(returns, their_returns, strict=False))
        )
    return bool(kind == "interface")


def _within_record(a: Term, b: Term, depth: int, budget: _Budget) -> bool:
    mine = {name: (optional, term) for name, optional, term in a.parts()}
    for name, optional, term in b.parts():
        if name not in mine:
            if not optional:
                return False
            continue
        my_optional, my_term = mine[name]
        if (my_optional and not optional) or not _within(my_term, term, depth, budget):
            return False
    return True
