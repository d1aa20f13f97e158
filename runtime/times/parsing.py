"""Text to a point in time, by a Go layout."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime.times.instant import Civil, Time, civil_of, days_of
from runtime.times.layout import MONTHS, WEEKDAYS, Part, parts_of
from runtime.times.location import UTC, FixedLocation, Location

if TYPE_CHECKING:
    from collections.abc import Callable

_ABBREVIATION = re.compile(r"ChST|MeST|[A-Z]{3,5}(?![A-Z])")
_GMT = re.compile(r"GMT([+-][0-9]{1,2})?")
_FRACTION = re.compile(r"[.,]([0-9]+)")


class ParseError(ValueError):
    """The text does not fit the layout; the message quotes both."""


class _Misfit(Exception):  # noqa: N818  (says that a part does not fit, becomes ParseError)
    """A part of the layout does not fit, or its value is out of range."""


@dataclass
class _Fields:
    """What has been read; `rest` is the text still to be read."""

    rest: str
    year: int = 0
    month: int = 0
    day: int | None = None
    year_day: int = 0
    hour: int = 0
    minute: int = 0
    second: int = 0
    nanosecond: int = 0
    afternoon: bool | None = None
    utc: bool = False
    offset: int | None = None
    zone: str = ""


def parse_time(layout: str, text: str, zone: Location) -> Time:
    """Read a time by a layout; text that names no zone is in the given one; ParseError when it does not fit."""
    fields = _Fields(text)
    parts = parts_of(layout)
    try:
        for index, part in enumerate(parts):
            follows = parts[index + 1] if index + 1 < len(parts) else None
            _read_part(fields, part, follows)
        if fields.rest:
            raise _Misfit(f"'{fields.rest}' is left over")
        return _time_of(fields, zone)
    except _Misfit as misfit:
        raise ParseError(f"cannot parse '{text}' as '{layout}': {misfit}") from None


def _read_part(fields: _Fields, part: Part, follows: Part | None) -> None:
    if part.literal:
        fields.rest = _skip(fields.rest, part.text)
        return
    before = fields.rest
    reader = _READERS.get(part.text)
    if reader is not None:
        try:
            reader(fields)
        except _Misfit as misfit:
            raise _Misfit(str(misfit) or f"'{part.text}' cannot be read from '{before}'") from None
    elif part.fraction:
        _read_fraction(fields, part.text)
    else:
        _read_offset(fields, part.text)
    if part.text in ("5", "05") and not (follows is not None and follows.fraction):
        _read_fraction(fields, ".9")  # seconds may carry a fraction that the layout does not mention


def _skip(text: str, literal: str) -> str:
    """Skip literal text; a run of spaces stands for any number of them, also none at the end."""
    for piece in re.findall(r" +|[^ ]+", literal):
        if piece[0] == " ":
            if text and text[0] != " ":
                raise _Misfit(f"a space is expected before '{text}'")
            text = text.lstrip(" ")
        elif text.startswith(piece):
            text = text[len(piece) :]
        else:
            raise _Misfit(f"'{piece}' is expected, found '{text}'")
    return text


def _number(fields: _Fields, low: int, high: int, what: str, *, fixed: bool = False) -> int:
    """Read one or two digits, two when `fixed`, and check the range."""
    match = re.match(r"[0-9]{2}" if fixed else r"[0-9]{1,2}", fields.rest)
    if match is None:
        raise _Misfit
    fields.rest = fields.rest[match.end() :]
    value = int(match.group())
    if not low <= value <= high:
        raise _Misfit(f"{what} {value} is out of range")
    return value


def _name(fields: _Fields, names: tuple[str, ...], length: int | None) -> int:
    for index, name in enumerate(names):
        wanted = name[:length].lower()
        if fields.rest[: len(wanted)].lower() == wanted:
            fields.rest = fields.rest[len(wanted) :]
            return index
    raise _Misfit


def _digits(fields: _Fields, pattern: str) -> int:
    match = re.match(pattern, fields.rest)
    if match is None:
        raise _Misfit
    fields.rest = fields.rest[match.end() :]
    return int(match.group())


def _read_year(fields: _Fields) -> None:
    fields.year = _digits(fields, "[0-9]{4}")


def _read_short_year(fields: _Fields) -> None:
    value = _digits(fields, "[0-9]{2}")
    fields.year = value + (1900 if value >= 69 else 2000)


def _read_month_name(length: int | None) -> Callable[[_Fields], None]:
    def read(fields: _Fields) -> None:
        fields.month = _name(fields, MONTHS, length) + 1

    return read


def _read_weekday(length: int | None) -> Callable[[_Fields], None]:
    def read(fields: _Fields) -> None:
        _name(fields, WEEKDAYS, length)  # what day of the week it is follows from the date

    return read


def _read_number(
    field: str, low: int, high: int, *, fixed: bool = False, padded: bool = False
) -> Callable[[_Fields], None]:
    def read(fields: _Fields) -> None:
        if padded and fields.rest.startswith(" "):
            fields.rest = fields.rest[1:]
        setattr(fields, field, _number(fields, low, high, field, fixed=fixed))

    return read


def _read_year_day(fields: _Fields) -> None:
    fields.rest = fields.rest.lstrip(" ") if fields.rest.startswith(" ") else fields.rest
    fields.year_day = _digits(fields, "[0-9]{1,3}")


def _read_half(fields: _Fields) -> None:
    half = fields.rest[:2]
    if half.upper() not in ("AM", "PM"):
        raise _Misfit
    fields.afternoon = half.upper() == "PM"
    fields.rest = fields.rest[2:]


def _read_zone_name(fields: _Fields) -> None:
    if fields.rest.startswith("UTC"):
        fields.utc = True
        fields.rest = fields.rest[3:]
        return
    match = _GMT.match(fields.rest) or _ABBREVIATION.match(fields.rest)
    match = match or re.match(r"[+-][0-9]{2}", fields.rest)
    if match is None or not _is_abbreviation(match.group()):
        raise _Misfit
    fields.zone = match.group()
    fields.rest = fields.rest[match.end() :]


def _is_abbreviation(word: str) -> bool:
    """Tell whether it may be a zone: three letters, or more that end in T."""
    return not word.isalpha() or len(word) == 3 or word.endswith("T") or word == "WITA"


_READERS: dict[str, Callable[[_Fields], None]] = {
    "2006": _read_year,
    "06": _read_short_year,
    "January": _read_month_name(None),
    "Jan": _read_month_name(3),
    "1": _read_number("month", 1, 12),
    "01": _read_number("month", 1, 12, fixed=True),
    "Monday": _read_weekday(None),
    "Mon": _read_weekday(3),
    "2": _read_number("day", 0, 99),
    "_2": _read_number("day", 0, 99, padded=True),
    "02": _read_number("day", 0, 99, fixed=True),
    "__2": _read_year_day,
    "002": _read_year_day,
    "15": _read_number("hour", 0, 23),
    "3": _read_number("hour", 0, 12),
    "03": _read_number("hour", 0, 12, fixed=True),
    "4": _read_number("minute", 0, 59),
    "04": _read_number("minute", 0, 59, fixed=True),
    "5": _read_number("second", 0, 59),
    "05": _read_number("second", 0, 59, fixed=True),
    "PM": _read_half,
    "pm": _read_half,
    "MST": _read_zone_name,
}


def _read_fraction(fields: _Fields, part: str) -> None:
    """Read a fraction of a second: as many digits as the layout has zeros; any number, or none at all, for nines."""
    match = _FRACTION.match(fields.rest)
    if part[1] == "9" and match is None:
        return
    count = len(match.group(1)) if match else 0
    if match is None or (part[1] == "0" and count < len(part) - 1):
        raise _Misfit(f"a fraction '{part}' is expected, found '{fields.rest}'")
    used = match.group(1) if part[1] == "9" else match.group(1)[: len(part) - 1]
    fields.nanosecond = int(used[:9].ljust(9, "0"))
    fields.rest = fields.rest[1 + len(used) :]


def _read_offset(fields: _Fields, part: str) -> None:
    if part[0] == "Z" and fields.rest.startswith("Z"):
        fields.utc = True
        fields.rest = fields.rest[1:]
        return
    colon = ":" if ":" in part else ""
    count = len(part.replace(":", "")) // 2
    match = re.match(r"([+-])" + colon.join(["([0-9]{2})"] * count), fields.rest)
    if match is None:
        raise _Misfit(f"an offset such as '{part.replace('Z', '+')}' is expected, found '{fields.rest}'")
    hours, minutes, seconds = (*(int(number) for number in match.groups()[1:]), 0, 0)[:3]
    if hours > 24 or minutes > 60 or seconds > 60:
        raise _Misfit(f"the offset {match.group()} is out of range")
    total = hours * 3600 + minutes * 60 + seconds
    fields.offset = -total if match.group(1) == "-" else total
    fields.rest = fields.rest[match.end() :]


def _time_of(fields: _Fields, zone: Location) -> Time:
    day = _day_of(fields)
    hour = fields.hour
    if fields.afternoon is not None:
        hour = hour % 12 + (12 if fields.afternoon else 0) if hour <= 12 else hour
    seconds = hour * 3600 + fields.minute * 60 + fields.second
    if fields.utc:
        return Time.of(day, seconds, fields.nanosecond, UTC)
    if fields.offset is None and not fields.zone:
        return Time.of(day, seconds, fields.nanosecond, zone)
    local = days_of(*day) * 86_400 + seconds
    return _in_named_zone(fields, local, zone)


def _in_named_zone(fields: _Fields, local: int, zone: Location) -> Time:
    """Place a wall clock by the offset or the abbreviation that the text gives."""
    if fields.offset is not None:
        known = zone.at(local - fields.offset)
        same = known.offset == fields.offset and fields.zone in ("", known.name)
        return Time.at(
            local - fields.offset, fields.nanosecond, zone if same else FixedLocation(fields.zone, fields.offset)
        )
    offset = zone.named_offset(fields.zone, local)
    if offset is not None:
        return Time.at(local - offset, fields.nanosecond, zone)
    # An abbreviation means different offsets in different places: as in Go it is kept, with an offset of zero.
    hours = fields.zone[3:] if fields.zone.startswith("GMT") else fields.zone if fields.zone[0] in "+-" else ""
    offset = int(hours) * 3600 if hours else 0
    return Time.at(local - offset, fields.nanosecond, FixedLocation(fields.zone, offset))


def _day_of(fields: _Fields) -> Civil:
    """Check and complete the date; what the layout does not mention is the first."""
    if fields.year_day:
        length = days_of(fields.year + 1, 1, 1) - days_of(fields.year, 1, 1)
        if fields.year_day > length:
            raise _Misfit(f"day of year {fields.year_day} is out of range")
        found = civil_of(days_of(fields.year, 1, fields.year_day))
        if fields.month not in (0, found.month) or fields.day not in (None, found.day):
            raise _Misfit(f"day of year {fields.year_day} is not the month or day that the text says")
        return found
    month, day = fields.month or 1, 1 if fields.day is None else fields.day
    length = days_of(fields.year, month + 1, 1) - days_of(fields.year, month, 1)
    if not 1 <= day <= length:
        raise _Misfit(f"day {day} is out of range")
    return Civil(fields.year, month, day)
