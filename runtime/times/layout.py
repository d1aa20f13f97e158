"""Go's time layouts: a pattern is how the reference time, Mon Jan 2 15:04:05 MST 2006, would be written."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

LAYOUTS = {
    "RFC3339": "2006-01-02T15:04:05Z07:00",
    "RFC3339NANO": "2006-01-02T15:04:05.999999999Z07:00",
    "RFC822": "02 Jan 06 15:04 MST",
    "RFC822Z": "02 Jan 06 15:04 -0700",
    "RFC850": "Monday, 02-Jan-06 15:04:05 MST",
    "RFC1123": "Mon, 02 Jan 2006 15:04:05 MST",
    "RFC1123Z": "Mon, 02 Jan 2006 15:04:05 -0700",
    "DATE_TIME": "2006-01-02 15:04:05",
    "DATE_ONLY": "2006-01-02",
    "TIME_ONLY": "15:04:05",
    "KITCHEN": "3:04PM",
    "STAMP": "Jan _2 15:04:05",
    "STAMP_MILLI": "Jan _2 15:04:05.000",
    "STAMP_MICRO": "Jan _2 15:04:05.000000",
    "STAMP_NANO": "Jan _2 15:04:05.000000000",
}
RFC3339 = LAYOUTS["RFC3339"]
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")

# The parts that stand for something; all else is literal. Longer ones first, where one begins like another.
_PART = re.compile(
    r"January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|2006|002|0[1-6]|15|1|__2|_2(?!006)|2|3|4|5|PM|pm"
    r"|[Z-]070000|[Z-]07:00:00|[Z-]0700|[Z-]07:00|[Z-]07|[.,](?:0+|9+)(?![0-9])"
)


class Part(NamedTuple):
    """A piece of a layout: a part of the reference time, or literal text."""

    text: str
    literal: bool

    @property
    def fraction(self) -> bool:
        """Tell whether it stands for a fraction of a second."""
        return not self.literal and self.text[0] in ".,"


class Shown(NamedTuple):
    """What calendar and clock show; `offset` in seconds east of UTC, `weekday` 0 for Sunday."""

    year: int
    month: int
    day: int
    hour: int
    minute: int
    second: int
    nanosecond: int
    weekday: int
    year_day: int
    offset: int
    zone: str


@lru_cache(maxsize=256)
def parts_of(layout: str) -> tuple[Part, ...]:
    """Split a layout."""
    parts = []
    position = 0
    for match in _PART.finditer(layout):
        if match.start() > position:
            parts.append(Part(layout[position : match.start()], literal=True))
        parts.append(Part(match.group(), literal=False))
        position = match.end()
    if position < len(layout):
        parts.append(Part(layout[position:], literal=True))
    return tuple(parts)


def format_time(layout: str, time: Shown) -> str:
    """Write a time by a layout."""
    return "".join(part.text if part.literal else _written(part.text, time) for part in parts_of(layout))


def _written(part: str, time: Shown) -> str:
    write = _WRITERS.get(part)
    if write is not None:
        return write(time)
    if part[0] in ".,":
        return _fraction(part, time.nanosecond)
    return "Z" if part[0] == "Z" and time.offset == 0 else _offset(part, time.offset)


def _year(time: Shown) -> str:
    return f"{time.year:04d}" if time.year >= 0 else f"-{-time.year:04d}"


def _hour12(time: Shown) -> int:
    return time.hour % 12 or 12


def _zone(time: Shown) -> str:
    if time.zone:
        return time.zone
    hours, minutes = divmod(abs(time.offset) // 60, 60)
    return f"{'-' if time.offset < 0 else '+'}{hours:02d}{minutes:02d}"


_WRITERS = {
    "2006": _year,
    "06": lambda time: f"{abs(time.year) % 100:02d}",
    "January": lambda time: MONTHS[time.month - 1],
    "Jan": lambda time: MONTHS[time.month - 1][:3],
    "1": lambda time: str(time.month),
    "01": lambda time: f"{time.month:02d}",
    "Monday": lambda time: WEEKDAYS[time.weekday],
    "Mon": lambda time: WEEKDAYS[time.weekday][:3],
    "2": lambda time: str(time.day),
    "_2": lambda time: f"{time.day:2d}",
    "02": lambda time: f"{time.day:02d}",
    "__2": lambda time: f"{time.year_day:3d}",
    "002": lambda time: f"{time.year_day:03d}",
    "15": lambda time: f"{time.hour:02d}",
    "3": lambda time: str(_hour12(time)),
    "03": lambda time: f"{_hour12(time):02d}",
    "4": lambda time: str(time.minute),
    "04": lambda time: f"{time.minute:02d}",
    "5": lambda time: str(time.second),
    "05": lambda time: f"{time.second:02d}",
    "PM": lambda time: "PM" if time.hour >= 12 else "AM",
    "pm": lambda time: "pm" if time.hour >= 12 else "am",
    "MST": _zone,
}


def _fraction(part: str, nanosecond: int) -> str:
    digits = f"{nanosecond:09d}"[: len(part) - 1].ljust(len(part) - 1, "0")
    if part[1] == "9":
        digits = digits.rstrip("0")
    return part[0] + digits if digits else ""


def _offset(part: str, offset: int) -> str:
    minutes, seconds = divmod(abs(offset), 60)
    hours, minutes = divmod(minutes, 60)
    numbers = [f"{number:02d}" for number in (hours, minutes, seconds)]
    count = len(part.replace(":", "")) // 2
    return ("-" if offset < 0 else "+") + (":" if ":" in part else "").join(numbers[:count])
