"""The conditions of a policy: a field of the request, compared with a value or with another field."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from runtime.binding.text import encode
from runtime.lua import regex
from runtime.process.context import Actor  # noqa: TC001  (the annotations of a config are evaluated)

Operator = Literal[
    "eq", "ne", "lt", "gt", "lte", "gte", "in", "nin", "exists", "nexists", "contains", "ncontains", "matches",
    "nmatches",
]  # fmt: skip
Compare: TypeAlias = Callable[[Any, Any], bool]
PATTERNS = ("matches", "nmatches")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


class UnclearError(Exception):
    """A comparison that has no answer, such as whether a list is less than three; the policy does not apply then."""


@dataclass(frozen=True)
class Request:
    """What is decided about."""

    actor: Actor
    action: str
    resource: str
    meta: Mapping[str, object]

    def field(self, path: str) -> Any:
        """Give the value at a path such as `actor.meta.role`, None for what is not there."""
        head, *rest = path.split(".")
        if head == "actor":
            return self._of_actor(rest)
        if head == "meta":
            if not rest:
                raise UnclearError("meta needs the name of a field")
            return _walk(self.meta, rest)
        if head in ("action", "resource"):
            return self.action if head == "action" else self.resource
        return self.meta.get(path)

    def _of_actor(self, path: list[str]) -> Any:
        if path == ["id"]:
            return self.actor.id
        if path[:1] == ["meta"]:
            return _walk(self.actor.attributes, path[1:])
        raise UnclearError("an actor has id and meta")


def _walk(value: Any, path: list[str]) -> Any:
    for step in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(step)
    return value


@dataclass(frozen=True)
class Condition:
    """One condition, as an entry writes it."""

    field: str
    operator: Operator
    value: Any = None
    value_from: str = ""

    def holds(self, request: Request) -> bool:
        """Tell whether it holds; raise UnclearError when nobody can tell."""
        found = request.field(self.field)
        wanted = request.field(self.value_from) if self.value_from else self.value
        if self.operator in ("exists", "nexists"):
            return ((found is not None) == (wanted is not False)) == (self.operator == "exists")
        if found is None:
            return False
        if self.operator in PATTERNS and self.value_from:
            raise UnclearError("a pattern stands in the entry itself")
        return _OPERATORS[self.operator](found, wanted)


def _number(value: Any) -> float | None:
    """Give the number that a value is or spells."""
    if isinstance(value, str):
        return float(value) if _NUMBER.fullmatch(value) else None
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _text(value: Any) -> str | None:
    """Give the text of a scalar."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, (str, int, float)) else None


def equal(left: Any, right: Any) -> bool:
    """Compare: text with text exactly, with a number by the number that it spells."""
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    one, two = _number(left), _number(right)
    if one is not None and two is not None:
        return one == two
    first, second = _text(left), _text(right)
    return first == second if first is not None and second is not None else left == right


def _among(found: Any, wanted: Any) -> bool:
    if isinstance(wanted, (list, tuple)):
        return any(equal(found, item) for item in wanted)
    if isinstance(wanted, str):
        return equal(found, wanted)
    raise UnclearError("in needs a list")


def _contains(found: Any, wanted: Any) -> bool:
    text, part = _text(found), _text(wanted)
    if text is not None and part is not None:
        return part in text
    if isinstance(found, (list, tuple)):
        return any(equal(item, wanted) for item in found)
    raise UnclearError("contains needs text or a list")


def _matches(found: Any, wanted: Any) -> bool:
    text, pattern = _text(found), _text(wanted)
    if text is None or pattern is None:
        raise UnclearError("matches needs text")
    return regex.search(encode(pattern), encode(text))


def _ordered(compare: Callable[[float, float], bool]) -> Compare:
    def ordered(found: Any, wanted: Any) -> bool:
        one, two = _number(found), _number(wanted)
        if one is None or two is None:
            raise UnclearError("an order needs numbers")
        return compare(one, two)

    return ordered


def _negated(compare: Compare) -> Compare:
    return lambda found, wanted: not compare(found, wanted)


_OPERATORS: dict[str, Compare] = {
    "eq": equal,
    "ne": _negated(equal),
    "lt": _ordered(lambda one, two: one < two),
    "gt": _ordered(lambda one, two: one > two),
    "lte": _ordered(lambda one, two: one <= two),
    "gte": _ordered(lambda one, two: one >= two),
    "in": _among,
    "nin": _negated(_among),
    "contains": _contains,
    "ncontains": _negated(_contains),
    "matches": _matches,
    "nmatches": _negated(_matches),
}
