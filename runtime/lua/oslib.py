"""The library `os` as the reference has it: time and date (manual 6.9, documentation page lua/system/ostime).

A clock of one's own makes it deterministic, which workflows need.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime.lua.args import bad_argument, check_number, check_string, check_table
from runtime.lua.errors import LuaError, fault
from runtime.lua.numbers import to_integer
from runtime.lua.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.lua.types import LuaValue

_STARTED = time.monotonic()
_MAX_FIELD = 1 << 31  # as the C library's int
# The specifiers of C99's strftime; the reference's %U and %W are ISO weeks, of which the first is documented.
_SPECIFIERS = frozenset("aAbBcCdDeFgGhHIjmMnprRStTuVwxXyYzZ")
_ISO_WEEK = frozenset("UW")
_LOCAL_FORMS = {
    "c": "%a %b %e %H:%M:%S %Y",
    "x": "%m/%d/%y",
    "X": "%H:%M:%S",
}  # of the C locale, whatever the host's is


@dataclass(frozen=True, slots=True)
class Clock:
    """Where times come from: seconds since 1970 (UTC), and seconds since the runtime started."""

    now: Callable[[], float] = time.time
    elapsed: Callable[[], float] = lambda: time.monotonic() - _STARTED


def _unrepresentable(what: str) -> LuaError:
    return fault(f"{what} result cannot be represented in this installation")


# --- a time from fields ---------------------------------------------------------------------------


def _field(fields: Table, name: str, default: int) -> int:
    """Read a whole number from a date table."""
    value = fields[name]
    if value is None:
        return default
    number = to_integer(value)
    if number is None:
        raise fault(f"field '{name}' is not an integer")
    if not -_MAX_FIELD <= number < _MAX_FIELD:
        raise fault(f"field '{name}' is out-of-bound")
    return int(number)


def _time_of(fields: Table, now: float) -> int:
    """Give the time that a table describes in local time; the date defaults to today, the time of day to midnight."""
    today = time.localtime(now)
    summer = fields["isdst"]
    parts = (
        _field(fields, "year", today.tm_year),
        _field(fields, "month", today.tm_mon),
        _field(fields, "day", today.tm_mday),
        _field(fields, "hour", 0),
        _field(fields, "min", 0),
        _field(fields, "sec", 0),
        0,
        0,
        -1 if summer is None else int(summer is not False),
    )
    try:
        return int(time.mktime(parts))
    except (OverflowError, ValueError):
        raise _unrepresentable("time") from None


# --- a date from a time ---------------------------------------------------------------------------


def _moment(value: LuaValue, now: float) -> float:
    """Read the time argument of `os.date`; a fraction of a second is allowed and dropped."""
    if value is None:
        return now
    seconds = check_number(value, 2, "date")
    if not math.isfinite(seconds):
        raise bad_argument(2, "date", "number has no integer representation")
    return seconds


def _broken_down(seconds: float, utc: bool) -> time.struct_time:
    try:
        return time.gmtime(math.floor(seconds)) if utc else time.localtime(math.floor(seconds))
    except (OverflowError, ValueError, OSError):
        raise _unrepresentable("date") from None


def _date_table(moment: time.struct_time) -> Table:
    return Table.from_dict(
        {
            "year": moment.tm_year,
            "month": moment.tm_mon,
            "day": moment.tm_mday,
            "hour": moment.tm_hour,
            "min": moment.tm_min,
            "sec": moment.tm_sec,
            "wday": (moment.tm_wday + 1) % 7 + 1,
            "yday": moment.tm_yday,
            "isdst": moment.tm_isdst > 0,
        }
    )


def _date_text(template: str, moment: time.struct_time) -> str:
    """Fill a date into a template; an unknown specifier stands for itself, as in the reference."""
    pieces: list[str] = []
    position = 0
    while True:
        percent = template.find("%", position)
        if percent < 0 or percent + 1 == len(template):
            pieces.append(template[position:])
            return "".join(pieces)
        pieces.append(template[position:percent])
        pieces.append(_specified(template[percent + 1], moment))
        position = percent + 2


def _specified(letter: str, moment: time.struct_time) -> str:
    if letter == "%":
        return "%"
    if letter in _ISO_WEEK:
        letter = "V"
    if letter not in _SPECIFIERS:
        return "%" + letter
    text = time.strftime(_LOCAL_FORMS.get(letter, "%" + letter), moment)
    return text.encode("utf-8", "surrogateescape").decode("latin-1")


# --- the table ------------------------------------------------------------------------------------


def make_library(clock: Clock) -> Table:
    """Make the frozen table `os` over a clock."""

    def lua_time(fields: LuaValue = None, *_: LuaValue) -> int:
        if fields is None:
            return math.floor(clock.now())
        return _time_of(check_table(fields, 1, "time"), clock.now())

    def lua_date(template: LuaValue = None, seconds: LuaValue = None, *_: LuaValue) -> str | Table:
        text = "%c" if template is None else check_string(template, 1, "date")
        utc = text.startswith("!")
        moment = _broken_down(_moment(seconds, clock.now()), utc)
        text = text.removeprefix("!")
        return _date_table(moment) if text.startswith("*t") else _date_text(text, moment)

    def lua_clock(*_: LuaValue) -> float:
        return clock.elapsed()

    def lua_difftime(later: LuaValue = None, earlier: LuaValue = None, *_: LuaValue) -> float:
        return float(check_number(later, 1, "difftime") - check_number(earlier, 2, "difftime"))

    table = Table.from_dict(
        {"time": lua_time, "date": lua_date, "clock": lua_clock, "difftime": lua_difftime, "platform": "wippy"}
    )
    table.frozen = True
    return table


def library() -> Table:
    """Make the frozen table `os` over the host's clock."""
    return make_library(Clock())
