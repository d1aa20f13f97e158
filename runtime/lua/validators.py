"""The constraints of annotated types: @min @max @min_len @max_len @pattern; unknown ones hold always."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runtime.lua.regex import RegexError, search
from runtime.lua.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.lua.types import LuaValue


def violation(name: str, arguments: tuple[Any, ...], value: LuaValue) -> str | None:
    """Say which way a value violates a constraint; None when it does not, or when the constraint is not for it."""
    check = _VALIDATORS.get(name)
    return check(arguments[0] if arguments else None, value) if check is not None else None


def _is_number(value: object) -> bool:
    return type(value) in (int, float)


def _length(value: LuaValue) -> int | None:
    if type(value) is str:
        return len(value)
    return int(value.length()) if type(value) is Table else None


def _minimum(limit: Any, value: LuaValue) -> str | None:
    return "value below minimum" if _is_number(limit) and _is_number(value) and not value >= limit else None


def _maximum(limit: Any, value: LuaValue) -> str | None:
    return "value above maximum" if _is_number(limit) and _is_number(value) and not value <= limit else None


def _shortest(limit: Any, value: LuaValue) -> str | None:
    length = _length(value)
    return "length below minimum" if _is_number(limit) and length is not None and length < limit else None


def _longest(limit: Any, value: LuaValue) -> str | None:
    length = _length(value)
    return "length above maximum" if _is_number(limit) and length is not None and length > limit else None


def _pattern(expression: Any, value: LuaValue) -> str | None:
    if type(value) is not str:
        return None
    if type(expression) is not str:
        return "invalid pattern argument"
    try:
        return None if search(expression, value) else "pattern mismatch"
    except RegexError:
        return "invalid regex"


_VALIDATORS: dict[str, Callable[[Any, LuaValue], str | None]] = {
    "min": _minimum,
    "max": _maximum,
    "min_len": _shortest,
    "max_len": _longest,
    "pattern": _pattern,
}
