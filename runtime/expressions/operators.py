"""What the operators of expressions do."""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING, Any

from runtime.binding.text import encode
from runtime.expressions.frame import ExpressionError, Meter, demand_shallow, integer, kind_of
from runtime.lua import regex

if TYPE_CHECKING:
    from collections.abc import Callable


def is_number(value: Any) -> bool:
    """Tell whether a value is an integer or a float."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _mismatch(symbol: str, left: Any, right: Any) -> ExpressionError:
    return ExpressionError(f"invalid operation: {kind_of(left)} {symbol} {kind_of(right)}")


def equal(left: Any, right: Any, meter: Meter) -> bool:
    """Compare: numbers by value, arrays and maps by their elements."""
    if isinstance(left, (list, dict)):
        demand_shallow(left, meter)  # the right one is looked into no deeper
    return _equal(left, right)


def _equal(left: Any, right: Any) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_equal, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_equal(value, right[key]) for key, value in left.items())
    return bool(left == right)


def _add(left: Any, right: Any, meter: Meter) -> Any:
    if isinstance(left, str) and isinstance(right, str):
        meter.text(len(left) + len(right))
        return left + right
    return _arithmetic("+", operator.add, left, right)


def _arithmetic(symbol: str, compute: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
    if not (is_number(left) and is_number(right)):
        raise _mismatch(symbol, left, right)
    result = compute(left, right)
    return integer(result) if isinstance(result, int) else result


def _divide(left: Any, right: Any, _meter: Meter) -> float:
    if not (is_number(left) and is_number(right)):
        raise _mismatch("/", left, right)
    if right == 0:
        return math.nan if left == 0 or math.isnan(left) else math.copysign(math.inf, left)
    return float(left) / float(right)


def _remainder(left: Any, right: Any, _meter: Meter) -> int:
    if not (isinstance(left, int) and isinstance(right, int)) or isinstance(left, bool) or isinstance(right, bool):
        raise _mismatch("%", left, right)
    if right == 0:
        raise ExpressionError("integer divide by zero")
    rest = abs(left) % abs(right)
    return -rest if left < 0 else rest


def _power(left: Any, right: Any, _meter: Meter) -> float:
    if not (is_number(left) and is_number(right)):
        raise _mismatch("**", left, right)
    try:
        result = float(left) ** float(right)
    except OverflowError:
        return math.inf
    except ZeroDivisionError:
        return math.inf
    return math.nan if isinstance(result, complex) else result


def _range(left: Any, right: Any, meter: Meter) -> list[int]:
    if not (isinstance(left, int) and isinstance(right, int)) or isinstance(left, bool) or isinstance(right, bool):
        raise _mismatch("..", left, right)
    meter.allocate(max(0, right - left + 1))
    return list(range(left, right + 1))


def _ordering(symbol: str, compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any, Meter], bool]:
    def ordered(left: Any, right: Any, _meter: Meter) -> bool:
        if (is_number(left) and is_number(right)) or (isinstance(left, str) and isinstance(right, str)):
            return compare(left, right)
        raise _mismatch(symbol, left, right)

    return ordered


def _in(left: Any, right: Any, meter: Meter) -> bool:
    if isinstance(right, list):
        meter.spend(len(right))
        return any(equal(left, item, meter) for item in right)
    if isinstance(right, dict):
        return isinstance(left, str) and left in right
    if right is None:
        return False
    raise _mismatch("in", left, right)


def _textual(symbol: str, test: Callable[[str, str], bool]) -> Callable[[Any, Any, Meter], bool]:
    def tested(left: Any, right: Any, meter: Meter) -> bool:
        if not (isinstance(left, str) and isinstance(right, str)):
            raise _mismatch(symbol, left, right)
        meter.spend(len(left) // 64)
        return test(left, right)

    return tested


def _matches(left: Any, right: Any, meter: Meter) -> bool:
    if not (isinstance(left, str) and isinstance(right, str)):
        raise _mismatch("matches", left, right)
    meter.spend(8 * (len(left) + 1) * (len(right) + 1))  # the search runs all states side by side
    try:
        return regex.search(encode(right), encode(left))
    except regex.RegexError as problem:
        raise ExpressionError(f"invalid regular expression '{right}': {problem}") from None


BINARY: dict[str, Callable[[Any, Any, Meter], Any]] = {
    "+": _add,
    "-": lambda left, right, _: _arithmetic("-", operator.sub, left, right),
    "*": lambda left, right, _: _arithmetic("*", operator.mul, left, right),
    "/": _divide,
    "%": _remainder,
    "**": _power,
    "^": _power,
    "..": _range,
    "==": equal,
    "!=": lambda left, right, meter: not equal(left, right, meter),
    "<": _ordering("<", operator.lt),
    "<=": _ordering("<=", operator.le),
    ">": _ordering(">", operator.gt),
    ">=": _ordering(">=", operator.ge),
    "in": _in,
    "contains": _textual("contains", lambda left, right: right in left),
    "startsWith": _textual("startsWith", str.startswith),
    "endsWith": _textual("endsWith", str.endswith),
    "matches": _matches,
}


def fetch(value: Any, key: Any, *, optional: bool = False) -> Any:
    """Give an element: of a map by its key, nil for a missing one; of an array or a string by its place from 0.

    A negative place counts from the end. `optional` lets nil have any element.
    """
    if value is None and optional:
        return None
    if isinstance(value, dict):
        return value.get(str(key) if is_number(key) else key) if not isinstance(key, (list, dict)) else None
    if isinstance(value, (list, str)) and isinstance(key, int) and not isinstance(key, bool):
        if -len(value) <= key < len(value):
            return value[key]
        raise ExpressionError(f"index out of range: {key} (length {len(value)})")
    raise ExpressionError(f"cannot fetch {key} from {kind_of(value)}")


def truth(value: Any, where: str) -> bool:
    """Give a truth value where one is needed."""
    if value is True or value is False:
        return value
    raise ExpressionError(f"{where} needs a bool, not {kind_of(value)}")
