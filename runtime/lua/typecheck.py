"""Whether a value is of a type, and what is wrong where it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from runtime.lua.args import is_function, type_name
from runtime.lua.errors import Error
from runtime.lua.table import Table
from runtime.lua.typenodes import Term
from runtime.lua.typetext import structure, type_text
from runtime.lua.userdata import Userdata
from runtime.lua.validators import violation

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.lua.types import LuaValue

_LEVEL = 16  # what a table counts; a union or an option around it counts one
_DEPTH = 64 * (_LEVEL + 2)


class Failure:
    """What a value lacks: the path to it, from the inside outwards until it is told."""

    __slots__ = ("constraint", "expected", "got", "message", "steps")

    def __init__(self, message: str, *, expected: str = "", got: str = "", constraint: str = "") -> None:
        self.message = message
        self.expected = expected
        self.got = got
        self.constraint = constraint
        self.steps: list[LuaValue] = []

    def at(self, step: LuaValue) -> Failure:
        """Give the failure as the owner of the value sees it."""
        outer = Failure(self.message, expected=self.expected, got=self.got, constraint=self.constraint)
        outer.steps = [*self.steps, step]
        return outer

    def path(self) -> str:
        """Give the path, such as `a.b[2]`."""
        text = ""
        for step in reversed(self.steps):
            if type(step) is str:
                text += f".{step}" if text else step
            else:
                text += f"[{type_text(step) if isinstance(step, Term) else step}]"
        return text


# (id of a value, its type) -> what came out; the values live as long as the check does.
_Memo: TypeAlias = "dict[tuple[int, Term], Failure | None]"
_WRAPPERS = frozenset({"optional", "union", "intersection", "annotated"})


def check(term: Term, value: LuaValue) -> Failure | None:
    """Check a value; None when it is of the type."""
    return _check(term, value, 0, {})


def _check(term: Term, value: LuaValue, depth: int, memo: _Memo) -> Failure | None:
    head = term.head()
    form = head.node[0]
    if type(value) is not Table and form not in _WRAPPERS:
        return _FORMS[form](head, value, depth, memo)
    # What is reached on several ways is looked at once, or checking could take exponential time; what contains itself
    # is as good as nested too deeply.
    key = (id(value), head)
    if key in memo:
        return memo[key]
    memo[key] = _too_deep()
    depth += 1 if form in _WRAPPERS else _LEVEL
    if depth <= _DEPTH:
        memo[key] = _FORMS[form](head, value, depth, memo)
    return memo[key]


def _too_deep() -> Failure:
    return Failure("recursion limit exceeded")


def _wrong(expected: str, value: LuaValue) -> Failure:
    got = type_name(value)
    return Failure(f"expected {expected}, got {got}", expected=expected, got=got)


_CLASSES: dict[str, Callable[[Any], bool]] = {
    "nil": lambda value: value is None,
    "boolean": lambda value: type(value) is bool,
    "number": lambda value: type(value) is int or type(value) is float,
    "integer": lambda value: type(value) is int or (type(value) is float and value.is_integer()),
    "string": lambda value: type(value) is str,
    "any": lambda _: True,
    "unknown": lambda _: True,
    "self": lambda _: True,
    "never": lambda _: False,
    "table": lambda value: type(value) is Table,
    "function": is_function,
    "thread": lambda value: isinstance(value, Userdata) and value.lua_type == "thread",
    "userdata": lambda value: isinstance(value, Userdata) and value.lua_type == "userdata",
    "error": lambda value: isinstance(value, Error),
}


def _primitive(term: Term, value: LuaValue, _depth: int, _memo: _Memo) -> Failure | None:
    name = term.node[1]
    return None if _CLASSES[name](value) else _wrong(name, value)


def _literal(term: Term, value: LuaValue, _depth: int, _memo: _Memo) -> Failure | None:
    wanted = term.node[1]
    same = value == wanted and (type(value) is bool) == (type(wanted) is bool)
    return None if same else _wrong(structure(term), value)


def _optional(term: Term, value: LuaValue, depth: int, memo: _Memo) -> Failure | None:
    return None if value is None else _check(term.parts(), value, depth, memo)


def _union(term: Term, value: LuaValue, depth: int, memo: _Memo) -> Failure | None:
    deepest: Failure | None = None
    for member in term.parts():
        failure = _check(member, value, depth, memo)
        if failure is None:
            return None
        if failure.constraint and not failure.steps:
            deepest = failure  # the member that the value belongs to, but for a constraint
    return deepest or _wrong(structure(term), value)


def _intersection(term: Term, value: LuaValue, depth: int, memo: _Memo) -> Failure | None:
    for member in term.parts():
        failure = _check(member, value, depth, memo)
        if failure is not None:
            return failure
    return None


def _table(term: Term, value: LuaValue) -> Failure | None:
    return None if type(value) is Table else _wrong(type_text(term), value)


def _array(term: Term, value: LuaValue, depth: int, memo: _Memo) -> Failure | None:
    if type(value) is not Table:
        return _table(term, value)
    element = term.parts()
    for index, item in enumerate(value.array, 1):
        if item is not None:
            failure = _check(element, item, depth, memo)
            if failure is not None:
                return failure.at(index)
    return None


def _map(term: Term, value: LuaValue, depth: int, memo: _Memo) -> Failure | None:
    if type(value) is not Table:
        return _table(term, value)
    key_type, value_type = term.parts()
    for key, item in value.items():
        failure = _check(key_type, key, depth, memo) or _check(value_type, item, depth, memo)
        if failure is not None:
            return failure.at(key if type(key) in (str, int) else type_name(key))
    return None


def _record(term: Term, value: LuaValue, depth: int, memo: _Memo) -> Failure | None:
    if type(value) is not Table:
        return _table(term, value)
    for name, optional, field in term.parts():
        item = value.get(name)
        if item is None:
            if not optional and _check(field, None, depth, memo) is not None:
                return Failure("required field missing", expected=type_text(field), got="nil").at(name)
            continue
        failure = _check(field, item, depth, memo)
        if failure is not None:
            return failure.at(name)
    return None


def _tuple(term: Term, value: LuaValue, depth: int, memo: _Memo) -> Failure | None:
    if type(value) is not Table:
        return _table(term, value)
    for index, member in enumerate(term.parts(), 1):
        failure = _check(member, value.get(index), depth, memo)
        if failure is not None:
            return failure.at(index)
    return None


def _function(_term: Term, value: LuaValue, _depth: int, _memo: _Memo) -> Failure | None:
    return None if is_function(value) else _wrong("function", value)


def _interface(term: Term, value: LuaValue, _depth: int, _memo: _Memo) -> Failure | None:
    return _table(term, value)


def _annotated(term: Term, value: LuaValue, depth: int, memo: _Memo) -> Failure | None:
    failure = _check(term.parts(), value, depth, memo)
    if failure is not None or value is None:
        return failure
    for name, arguments in term.node[2]:
        message = violation(name, arguments, value)
        if message is not None:
            return Failure(message, constraint=name)
    return None


def _generic(term: Term, value: LuaValue, _depth: int, _memo: _Memo) -> Failure | None:
    return _wrong(f"an instance of the generic {term.node[1]}", value)


def _unresolved(term: Term, _value: LuaValue, _depth: int, _memo: _Memo) -> Failure | None:
    return Failure(f"unresolved type {term.node[1]}")


_FORMS: dict[str, Callable[[Term, Any, int, _Memo], Failure | None]] = {
    "primitive": _primitive,
    "literal": _literal,
    "optional": _optional,
    "union": _union,
    "intersection": _intersection,
    "array": _array,
    "map": _map,
    "record": _record,
    "tuple": _tuple,
    "function": _function,
    "interface": _interface,
    "annotated": _annotated,
    "generic": _generic,
    "unresolved": _unresolved,
}
