"""Checks of arguments whose failure is returned as Invalid, where the contract says so, in place of being raised."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.binding.failure import Failure
from runtime.binding.text import decode, to_bytes
from runtime.lua.args import type_name
from runtime.lua.errors import Kind

if TYPE_CHECKING:
    from runtime.lua.table import Table
    from runtime.lua.types import LuaValue


def demand_bytes(value: LuaValue, what: str) -> bytes:
    """Give the bytes of a string; numbers are none."""
    if not isinstance(value, str):
        raise Failure(Kind.INVALID, f"{what} must be a string, got {type_name(value)}")
    return to_bytes(value)


def demand_text(value: LuaValue, what: str) -> str:
    """Give the text of a string that is not empty."""
    if not isinstance(value, str) or not value:
        given = "an empty one" if isinstance(value, str) else type_name(value)
        raise Failure(Kind.INVALID, f"{what} must be a string that is not empty, got {given}")
    return decode(value)


def integer_option(options: Table | None, name: str, default: int) -> int:
    """Give an option that is a whole number."""
    value = None if options is None else options.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value // 1:
        raise Failure(Kind.INVALID, f"{name} must be a whole number")
    return int(value)


def number_option(options: Table | None, name: str, default: float) -> float:
    """Give an option that is a number."""
    value = None if options is None else options.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Failure(Kind.INVALID, f"{name} must be a number, got {type_name(value)}")
    return float(value)


def flag_option(options: Table | None, name: str, *, default: bool = False) -> bool:
    """Give an option that is a boolean; anything else counts as not given."""
    value = None if options is None else options.get(name)
    return value if isinstance(value, bool) else default


def text_option(options: Table | None, name: str) -> str | None:
    """Give an option that is text."""
    value = None if options is None else options.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise Failure(Kind.INVALID, f"{name} must be a string, got {type_name(value)}")
    return decode(value)
