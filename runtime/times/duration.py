"""Durations: whole nanoseconds, and Go's way to write them, `1h30m` or `1.5ms`."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import ClassVar

from runtime.binding import LuaValue, Userdata, method

NANOSECOND = 1
MICROSECOND = 1_000
MILLISECOND = 1_000_000
SECOND = 1_000_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
_LIMIT = 2**63
_UNITS = {
    "ns": NANOSECOND,
    "us": MICROSECOND,
    "µs": MICROSECOND,  # micro sign
    "μs": MICROSECOND,  # Greek mu
    "ms": MILLISECOND,
    "s": SECOND,
    "m": MINUTE,
    "h": HOUR,
}
_PART = re.compile(r"([0-9]+\.?[0-9]*|\.[0-9]+)([^0-9.]*)")


class Duration(Userdata):
    """A span of time; immutable."""

    __slots__ = ("value",)
    transferable: ClassVar[bool] = True

    def __init__(self, value: int) -> None:
        # Nanoseconds, may be negative.
        self.value = value

    def lua_tostring(self) -> str:
        """Write it as Go does."""
        return format_duration(self.value).encode().decode("latin-1")

    @method
    def nanoseconds(self) -> int:
        """Give the nanoseconds."""
        return self.value

    @method
    def microseconds(self) -> int:
        """Give the whole microseconds, towards zero."""
        return _towards_zero(self.value, MICROSECOND)

    @method
    def milliseconds(self) -> int:
        """Give the whole milliseconds, towards zero."""
        return _towards_zero(self.value, MILLISECOND)

    @method
    def seconds(self) -> float:
        """Give the seconds with their fraction."""
        return self.value / SECOND

    @method
    def minutes(self) -> float:
        """Give the minutes with their fraction."""
        return self.value / MINUTE

    @method
    def hours(self) -> float:
        """Give the hours with their fraction."""
        return self.value / HOUR


def _towards_zero(value: int, unit: int) -> int:
    return value // unit if value >= 0 else -(-value // unit)


def nanoseconds_of(value: LuaValue) -> int:
    """Read a duration as Lua code gives it: a number of nanoseconds, text such as `1h30m`, or a Duration.

    ValueError says what is wrong with it.
    """
    if isinstance(value, Duration):
        return value.value
    if isinstance(value, str):
        return parse_duration(value.encode("latin-1").decode("utf-8", "replace"))
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(  # noqa: TRY004  (one exception for all that is wrong)
            "a duration is a number of nanoseconds, a string such as '1h30m' or a Duration"
        )
    if not math.isfinite(value):
        raise ValueError(f"a duration cannot be {value}")
    return _bounded(int(value), str(value))


def parse_duration(text: str) -> int:
    """Read a duration in Go's syntax; ValueError says what is wrong with it."""
    body = text[1:] if text[:1] in ("-", "+") else text
    if body == "0":
        return 0
    total = Fraction(0)
    position = 0
    while position < len(body) or not body:
        part = _PART.match(body, position)
        if part is None:
            raise ValueError(f"invalid duration '{text}': write a number and a unit such as '30s', '1h30m' or '250ms'")
        number, unit = part.groups()
        if unit not in _UNITS:
            missing = f"unknown unit '{unit}'" if unit else "a unit is missing"
            raise ValueError(f"invalid duration '{text}': {missing}; the units are ns, us, ms, s, m, h")
        if part.end() - part.start() > 100:
            raise ValueError(f"invalid duration: {part.end() - part.start()} digits are too many")
        total += Fraction(number.strip(".") if number.endswith(".") else number) * _UNITS[unit]
        position = part.end()
    return _bounded(-int(total) if text.startswith("-") else int(total), text)


def _bounded(value: int, text: str) -> int:
    if not -_LIMIT <= value < _LIMIT:
        raise ValueError(f"duration '{text}' is too long: at most 292 years")
    return value


def format_duration(value: int) -> str:
    """Write nanoseconds as Go does: `1h30m0s`, `1.5ms`, `0s`."""
    if value < 0:
        return "-" + format_duration(-value)
    if value < SECOND:
        for unit, size in (("ms", MILLISECOND), ("µs", MICROSECOND), ("ns", NANOSECOND)):
            if value >= size:
                return _decimal(value, size) + unit
        return "0s"
    minutes, rest = divmod(value, MINUTE)
    hours, minutes = divmod(minutes, 60)
    text = _decimal(rest, SECOND) + "s"
    if hours:
        return f"{hours}h{minutes}m{text}"
    return f"{minutes}m{text}" if minutes else text


def _decimal(value: int, unit: int) -> str:
    whole, rest = divmod(value, unit)
    fraction = str(rest).rjust(len(str(unit)) - 1, "0").rstrip("0")
    return f"{whole}.{fraction}" if fraction else str(whole)
