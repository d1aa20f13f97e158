"""What values in templates mean: None, booleans, numbers, text, lists and dicts; their text, order and size."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from runtime.templates.errors import TemplateError

if TYPE_CHECKING:
    from collections.abc import Callable

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;"})
_KINDS = ((bool, "a boolean"), (int, "a number"), (float, "a number"), (str, "text"), (list, "a list"), (dict, "a map"))
_WHOLE = 1 << 53
_LARGEST = 1 << 63


class Safe(str):
    """Text that is HTML already."""

    __slots__ = ()


def escaped(text: str) -> str:
    """Write text as HTML."""
    return text if isinstance(text, Safe) else text.translate(_ESCAPES)


def shown(value: Any) -> str:
    """Give the text of a value: nothing for nil, JSON for lists and maps."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < _WHOLE:
        return str(int(value))
    if isinstance(value, (int, float)):
        return str(value)
    return as_json(value)


def as_json(value: Any) -> str:
    """Write a value as JSON."""
    try:
        return json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        raise TemplateError("a function has no text") from None


def number(value: Any) -> int | float:
    """Give a number, also of text that is one."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    if isinstance(value, str):
        for read in (int, float):
            try:
                return read(value)
            except ValueError:
                continue
    raise TemplateError(f"a number is needed, not {kind(value)}")


def kind(value: Any) -> str:
    """Name the type of a value."""
    if value is None:
        return "nil"
    return next((name for types, name in _KINDS if isinstance(value, types)), "a function")


def size(value: Any) -> int:
    """Count characters, items or fields."""
    if isinstance(value, (str, list, dict)):
        return len(value)
    raise TemplateError(f"{kind(value)} has no length")


def member(value: Any, key: Any) -> Any:
    """Give a field or an item; nil for a field that is not there."""
    if isinstance(value, dict):
        return value.get(key if isinstance(key, str) else shown(key))
    if isinstance(value, (list, str)) and isinstance(key, (int, float)):
        index = int(key)
        if 0 <= index < len(value):
            return value[index]
        raise TemplateError(f"index {index} is out of range: there are {len(value)}")
    if value is None:
        raise TemplateError(f"'{shown(key)}' is asked of nil")
    raise TemplateError(f"{kind(value)} has no '{shown(key)}'")


def binary(operator: str, left: Any, right: Any) -> Any:
    """Apply an operator."""
    if operator == "==":
        return _equal(left, right)
    if operator == "!=":
        return not _equal(left, right)
    if operator == "+" and (isinstance(left, str) or isinstance(right, str)):
        return shown(left) + shown(right)
    if operator in ("<", "<=", ">", ">=") and isinstance(left, str) and isinstance(right, str):
        return _ordered(operator, left, right)
    first, second = number(left), number(right)
    if operator in ("<", "<=", ">", ">="):
        return _ordered(operator, first, second)
    return _calculated(operator, first, second)


def _divided(left: float, right: float) -> int | float:
    """Divide; integers without a fraction, as in Go."""
    if type(left) is int and type(right) is int:
        return abs(left) // abs(right) * (1 if (left < 0) is (right < 0) else -1)
    return left / right


_CALCULATIONS: dict[str, Callable[[int | float, int | float], int | float]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": _divided,
    "%": lambda left, right: int(left) - int(right) * int(_divided(int(left), int(right))),
}


def _equal(left: Any, right: Any) -> bool:
    if isinstance(left, bool) is not isinstance(right, bool):
        return False
    return bool(left == right)


def _ordered(operator: str, left: Any, right: Any) -> bool:
    result = {
        "<": lambda: left < right, "<=": lambda: left <= right, ">": lambda: left > right, ">=": lambda: left >= right
    }[operator]()  # fmt: skip
    return bool(result)


def _calculated(operator: str, left: float, right: float) -> int | float:
    try:
        result = _CALCULATIONS[operator](left, right)
        # Beyond 64 bits numbers are floats, so that no template grows one without end.
        return result if isinstance(result, float) or abs(result) < _LARGEST else float(result)
    except ZeroDivisionError:
        raise TemplateError("division by zero") from None
    except OverflowError:
        raise TemplateError("a number is too large") from None
