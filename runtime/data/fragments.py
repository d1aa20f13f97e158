"""Pieces of SQL with their parameters, and the conditions made of them.

Placeholders are `?` until a statement is complete.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from runtime.data.database import Parameter

# What a condition compares with: a parameter, or a list of them.
Operand: TypeAlias = "Parameter | list[Parameter]"
_PLACEHOLDER = re.compile(r"\?\??")
_ALWAYS, _NEVER = "(1=1)", "(1=0)"


class BuildError(ValueError):
    """A statement cannot be made of what was given; the text says why."""


@dataclass(frozen=True)
class Fragment:
    """Text and the parameters of its placeholders."""

    text: str
    args: tuple[Parameter, ...] = ()


def join(separator: str, parts: Iterable[Fragment]) -> Fragment:
    """Put fragments together."""
    listed = list(parts)
    return Fragment(separator.join(part.text for part in listed), tuple(arg for part in listed for arg in part.args))


def wrapped(before: str, inner: Fragment, after: str = "") -> Fragment:
    """Put text around a fragment."""
    return Fragment(before + inner.text + after, inner.args)


def expression(text: str, args: Sequence[Parameter | Fragment]) -> Fragment:
    """Make a fragment of text with `?`; arguments that are fragments take the place of theirs, and `??` stays."""
    if not any(isinstance(arg, Fragment) for arg in args):
        return Fragment(text, tuple(arg for arg in args if not isinstance(arg, Fragment)))
    waiting = list(args)
    taken: list[Parameter] = []

    def fill(found: re.Match[str]) -> str:
        if found[0] == "??" or not waiting:
            return found[0]
        arg = waiting.pop(0)
        if isinstance(arg, Fragment):
            taken.extend(arg.args)
            return arg.text
        taken.append(arg)
        return "?"

    filled = _PLACEHOLDER.sub(fill, text)
    return Fragment(filled, (*taken, *(arg for arg in waiting if not isinstance(arg, Fragment))))


def equal(operands: Mapping[str, Operand], *, negated: bool = False) -> Fragment:
    """Compare columns for equality: NULL by IS, lists by IN; nothing to compare is true."""
    parts = [_equal(column, operands[column], negated=negated) for column in sorted(operands)]
    return join(" AND ", parts) if parts else Fragment(_ALWAYS)


def _equal(column: str, operand: Operand, *, negated: bool) -> Fragment:
    if operand is None:
        return Fragment(f"{column} IS NOT NULL" if negated else f"{column} IS NULL")
    if not isinstance(operand, list):
        return Fragment(f"{column} {'<>' if negated else '='} ?", (operand,))
    if not operand:
        return Fragment(_ALWAYS if negated else _NEVER)
    return Fragment(f"{column} {'NOT IN' if negated else 'IN'} ({','.join('?' * len(operand))})", tuple(operand))


def compare(operator: str, operands: Mapping[str, Operand]) -> Fragment:
    """Compare columns by an operator that knows neither NULL nor lists."""
    parts = []
    for column in sorted(operands):
        operand = operands[column]
        if operand is None or isinstance(operand, list):
            raise BuildError(
                f"{column} cannot be compared by {operator} with {'NULL' if operand is None else 'a list'}"
            )
        parts.append(Fragment(f"{column} {operator} ?", (operand,)))
    return join(" AND ", parts) if parts else Fragment(_ALWAYS)


def all_of(parts: Sequence[Fragment]) -> Fragment:
    """Demand all conditions; none is true."""
    return wrapped("(", join(" AND ", parts), ")") if parts else Fragment(_ALWAYS)


def any_of(parts: Sequence[Fragment]) -> Fragment:
    """Demand one of some conditions; none is false."""
    return wrapped("(", join(" OR ", parts), ")") if parts else Fragment(_NEVER)


def numbered(text: str, prefix: str) -> str:
    """Put numbered placeholders such as `$1` in the place of each `?`; `??` becomes a plain `?`."""
    count = 0

    def number(found: re.Match[str]) -> str:
        nonlocal count
        if found[0] == "??":
            return "?"
        count += 1
        return f"{prefix}{count}"

    return _PLACEHOLDER.sub(number, text)
