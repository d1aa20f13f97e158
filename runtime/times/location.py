"""Time zones: which offset from UTC holds at an instant, and what it is called."""

from __future__ import annotations

import re
import time
import zoneinfo
from abc import abstractmethod
from datetime import UTC as PYTHON_UTC
from datetime import datetime, timedelta
from typing import ClassVar, NamedTuple

from runtime.binding import Failure, Kind, Text, Userdata, method
from runtime.binding.text import encode

_EPOCH = datetime(1970, 1, 1, tzinfo=PYTHON_UTC)
_CYCLE = 146_097 * 86_400  # seconds in 400 years, after which the calendar repeats
_FIRST = -62_000_000_000  # in year 5, and in year 9987: what Python's calendar surely has, in any zone
_LAST = 253_000_000_000
_NAME = re.compile(r"[A-Za-z0-9_+\-]+(?:/[A-Za-z0-9_+\-]+)*\Z")
_HALF_YEAR = 182 * 86_400


class Zone(NamedTuple):
    """What holds at an instant: seconds east of UTC, and the abbreviation such as `CET`."""

    offset: int
    name: str


class Location(Userdata):
    """A time zone; immutable. `name` is text."""

    __slots__ = ("name",)
    transferable: ClassVar[bool] = True

    def __init__(self, name: str) -> None:
        self.name = name

    @abstractmethod
    def at(self, seconds: int) -> Zone:
        """Give what holds at an instant, in Unix seconds."""
        raise NotImplementedError

    def lua_tostring(self) -> str:
        """Give the name."""
        return encode(self.name)

    @method
    def string(self) -> Text:
        """Give the name."""
        return Text(self.name)

    def offset_of(self, local_seconds: int) -> int:
        """Give the offset for a wall clock, in seconds since 1970 as if it showed UTC.

        Where clocks are put forward, a time that is skipped is read with the offset before or after; where they are put
        back, a time that comes twice with one of both.
        """
        offset = self.at(local_seconds).offset
        return self.at(local_seconds - offset).offset if offset else 0

    def named_offset(self, abbreviation: str, local_seconds: int) -> int | None:
        """Give the offset that an abbreviation means here, preferring what holds at the time.

        None when it is unknown here.
        """
        known = []
        for near in (0, _HALF_YEAR, -_HALF_YEAR):
            zone = self.at(local_seconds + near)
            if zone.name == abbreviation:
                if self.at(local_seconds - zone.offset).name == abbreviation:
                    return zone.offset
                known.append(zone.offset)
        return known[0] if known else None


class FixedLocation(Location):
    """The same offset at all times."""

    __slots__ = ("_zone",)

    def __init__(self, name: str, offset: int) -> None:
        super().__init__(name)
        self._zone = Zone(offset, name)

    def at(self, seconds: int) -> Zone:  # noqa: ARG002
        """Give the one zone."""
        return self._zone


class NamedLocation(Location):
    """A zone of the IANA database."""

    __slots__ = ("_info",)

    def __init__(self, name: str, info: zoneinfo.ZoneInfo) -> None:
        super().__init__(name)
        self._info = info

    def at(self, seconds: int) -> Zone:
        """Give what the database says; years that Python's calendar lacks are taken for the same of another cycle."""
        local = (_EPOCH + timedelta(seconds=within_calendar(seconds))).astimezone(self._info)
        offset = local.utcoffset()
        return Zone(int(offset.total_seconds()) if offset else 0, local.tzname() or "")


class LocalLocation(Location):
    """The zone of the machine."""

    __slots__ = ()

    def at(self, seconds: int) -> Zone:
        """Give what the machine's zone says."""
        local = time.localtime(within_calendar(seconds))
        return Zone(local.tm_gmtoff, local.tm_zone)


def within_calendar(seconds: int) -> int:
    """Give an instant in the years 1 to 9999 with the same zone: no zone changed before, and the rules repeat after."""
    if seconds >= _LAST:
        return _LAST - _CYCLE + (seconds - _LAST) % _CYCLE
    return max(seconds, _FIRST)


UTC = FixedLocation("UTC", 0)
LOCAL = LocalLocation("Local")


def load_location(name: str) -> Location:
    """Find a zone by its IANA name; Invalid for an empty name, NotFound for an unknown one."""
    if not name:
        raise Failure(Kind.INVALID, "a time zone name is required, such as 'Europe/Berlin'")
    if name == "UTC":
        return UTC
    if name == "Local":
        return LOCAL
    try:
        if not _NAME.match(name):
            raise ValueError(name)
        return NamedLocation(name, zoneinfo.ZoneInfo(name))
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        raise Failure(
            Kind.NOT_FOUND, f"unknown time zone '{name}': write an IANA name such as 'Europe/Berlin'"
        ) from None
