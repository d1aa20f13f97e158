"""Values of database servers as Lua gets them: numbers where they fit, times as RFC 3339, the rest as text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runtime.lua.types import LuaValue

# A float keeps every decimal number of so many digits.
_EXACT_DIGITS = 15
_TIMESTAMP = re.compile(rb"(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)([+-]\d\d(?::\d\d)?)?\Z")
_LEAST, _MOST = -(2**63), 2**63 - 1


def numeric(data: bytes) -> LuaValue:
    """Read a decimal number: an integer or a float if that is the same number, otherwise its text."""
    if data.lstrip(b"-").isdigit():
        whole = int(data)
        return whole if _LEAST <= whole <= _MOST else data.decode("latin-1")
    digits = data.lstrip(b"-0.").replace(b".", b"").rstrip(b"0")
    if (digits.isdigit() and len(digits) <= _EXACT_DIGITS) or not digits:
        return float(data)
    return data.decode("latin-1")


def timestamp(data: bytes) -> LuaValue:
    """Read a date with a time, with or without an offset (without one it counts as UTC); "infinity" stays text."""
    match = _TIMESTAMP.match(data)
    if match is None:
        return data.decode("latin-1")
    date, time, offset = match.groups()
    if offset is None or offset in (b"+00", b"+00:00"):
        offset = b"Z"
    elif len(offset) == 3:
        offset += b":00"
    return (date + b"T" + time + offset).decode("latin-1")


def text(data: bytes) -> LuaValue:
    """Keep what is text for Lua too."""
    return data.decode("latin-1")
