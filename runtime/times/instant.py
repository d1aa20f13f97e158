"""A point in time with the zone in which it is shown, and the proleptic Gregorian calendar."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from runtime.binding import LuaValue, Text, Userdata, method
from runtime.binding.text import encode
from runtime.lua.args import bad_argument
from runtime.lua.numbers import wrap
from runtime.process import timing
from runtime.times import layout
from runtime.times.duration import SECOND, Duration, nanoseconds_of
from runtime.times.location import LOCAL, UTC, Location

_DAY = 86_400
# The zero value of Go's time: 1 January of year 1 in UTC, in Unix seconds; also where rounding counts from.
_YEAR_ONE = -62_135_596_800


class Civil(NamedTuple):
    """A day of the calendar; month and day are 1-based."""

    year: int
    month: int
    day: int


def civil_of(days: int) -> Civil:
    """Give the calendar day of a number of days since 1970, by eras of 400 years that begin on 1 March."""
    era, day_of_era = divmod(days + 719_468, 146_097)
    year = (day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year + year // 4 - year // 100)
    shifted = (5 * day_of_year + 2) // 153
    month = shifted + 3 if shifted < 10 else shifted - 9
    return Civil(era * 400 + year + (month <= 2), month, day_of_year - (153 * shifted + 2) // 5 + 1)


def days_of(year: int, month: int, day: int) -> int:
    """Give the days since 1970 of a calendar day; months and days out of range run on."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    if month <= 2:
        year -= 1
    era, year_of_era = divmod(year, 400)
    day_of_year = (153 * (month - 3 if month > 2 else month + 9) + 2) // 5
    return era * 146_097 + year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year - 719_468 + day - 1


class Time(Userdata):
    """An instant; immutable. `nanoseconds` counts from 1970 in UTC; whole seconds fit 64 bits."""

    __slots__ = ("nanoseconds", "zone")
    transferable: ClassVar[bool] = True

    def __init__(self, nanoseconds: int, zone: Location) -> None:
        self.nanoseconds = nanoseconds
        # Where it is shown; part of the formatting only, not of the instant.
        self.zone = zone

    @classmethod
    def now(cls) -> Time:
        """Give the present, in the machine's zone."""
        return cls(timing.wall(), LOCAL)

    @classmethod
    def of(cls, day: Civil, seconds: int, nanoseconds: int, zone: Location) -> Time:
        """Make the instant at which clocks in a zone show a day and a time; whatever is out of range runs on."""
        local = days_of(*day) * _DAY + seconds + nanoseconds // SECOND
        return cls.at(local - zone.offset_of(local), nanoseconds % SECOND, zone)

    @classmethod
    def at(cls, seconds: int, nanoseconds: int, zone: Location) -> Time:
        """Make an instant of Unix seconds, which wrap at 64 bits, and nanoseconds."""
        return cls(int(wrap(seconds + nanoseconds // SECOND)) * SECOND + nanoseconds % SECOND, zone)

    def shown(self) -> layout.Shown:
        """Give what clock and calendar show in the zone."""
        seconds, nanosecond = divmod(self.nanoseconds, SECOND)
        offset, name = self.zone.at(seconds)
        days, second = divmod(seconds + offset, _DAY)
        year, month, day = civil_of(days)
        return layout.Shown(
            year,
            month,
            day,
            second // 3600,
            second // 60 % 60,
            second % 60,
            nanosecond,
            weekday=(days + 4) % 7,
            year_day=days - days_of(year, 1, 1) + 1,
            offset=offset,
            zone=name,
        )

    def lua_tostring(self) -> str:
        """Write it as Go does."""
        return encode(layout.format_time("2006-01-02 15:04:05.999999999 -0700 MST", self.shown()))

    @method
    def add(self, duration: LuaValue) -> Time:
        """Give the instant a duration later."""
        try:
            return Time.at(0, self.nanoseconds + nanoseconds_of(duration), self.zone)
        except ValueError as problem:
            raise bad_argument(1, "add", encode(str(problem))) from None

    @method
    def sub(self, other: Time) -> Duration:
        """Give the duration since another instant, at most 292 years either way."""
        return Duration(max(-(2**63), min(2**63 - 1, self.nanoseconds - other.nanoseconds)))

    @method
    def add_date(self, years: int, months: int, days: int) -> Time:
        """Give the instant with the same clock some years, months and days later.

        A month after 31 January is in March.
        """
        now = self.shown()
        day = Civil(now.year + years, now.month + months, now.day + days)
        return Time.of(day, now.hour * 3600 + now.minute * 60 + now.second, now.nanosecond, self.zone)

    @method
    def after(self, other: Time) -> bool:
        """Tell whether it is later than another."""
        return self.nanoseconds > other.nanoseconds

    @method
    def before(self, other: Time) -> bool:
        """Tell whether it is earlier than another."""
        return self.nanoseconds < other.nanoseconds

    @method
    def equal(self, other: Time) -> bool:
        """Tell whether it is the same instant, in whatever zone."""
        return self.nanoseconds == other.nanoseconds

    @method
    def format(self, pattern: Text) -> Text:
        """Write it by a Go layout."""
        return Text(layout.format_time(pattern, self.shown()))

    @method
    def format_rfc3339(self) -> Text:
        """Write it as RFC 3339, in whole seconds."""
        return Text(layout.format_time(layout.RFC3339, self.shown()))

    @method
    def unix(self) -> int:
        """Give the seconds since 1970."""
        return self.nanoseconds // SECOND

    @method
    def unix_nano(self) -> int:
        """Give the nanoseconds since 1970."""
        return int(wrap(self.nanoseconds))

    @method
    def date(self) -> tuple[int, int, int]:
        """Give year, month and day."""
        now = self.shown()
        return now.year, now.month, now.day

    @method
    def clock(self) -> tuple[int, int, int]:
        """Give hour, minute and second."""
        now = self.shown()
        return now.hour, now.minute, now.second

    @method
    def year(self) -> int:
        """Give the year."""
        return self.shown().year

    @method
    def month(self) -> int:
        """Give the month, 1 to 12."""
        return self.shown().month

    @method
    def day(self) -> int:
        """Give the day of the month, 1 to 31."""
        return self.shown().day

    @method
    def hour(self) -> int:
        """Give the hour, 0 to 23."""
        return self.shown().hour

    @method
    def minute(self) -> int:
        """Give the minute, 0 to 59."""
        return self.shown().minute

    @method
    def second(self) -> int:
        """Give the second, 0 to 59."""
        return self.shown().second

    @method
    def nanosecond(self) -> int:
        """Give the nanosecond within the second."""
        return self.shown().nanosecond

    @method
    def weekday(self) -> int:
        """Give the day of the week, 0 for Sunday."""
        return self.shown().weekday

    @method
    def year_day(self) -> int:
        """Give the day of the year, 1 to 366."""
        return self.shown().year_day

    @method
    def is_zero(self) -> bool:
        """Tell whether it is the first instant of year 1 in UTC, Go's zero value."""
        return self.nanoseconds == _YEAR_ONE * SECOND

    @method
    def in_location(self, zone: Location) -> Time:
        """Give the same instant shown in a zone."""
        return Time(self.nanoseconds, zone)

    @method
    def location(self) -> Location:
        """Give the zone in which it is shown."""
        return self.zone

    @method
    def utc(self) -> Time:
        """Give the same instant shown in UTC."""
        return Time(self.nanoseconds, UTC)

    @method
    def in_local(self) -> Time:
        """Give the same instant shown in the machine's zone."""
        return Time(self.nanoseconds, LOCAL)

    @method
    def round(self, duration: Duration) -> Time:
        """Give the nearest multiple of a duration since year 1, halfway up."""
        if duration.value <= 0:
            return self
        rest = (self.nanoseconds - _YEAR_ONE * SECOND) % duration.value
        return Time(self.nanoseconds - rest + (duration.value if 2 * rest >= duration.value else 0), self.zone)

    @method
    def truncate(self, duration: Duration) -> Time:
        """Give the last multiple of a duration since year 1."""
        if duration.value <= 0:
            return self
        return Time(self.nanoseconds - (self.nanoseconds - _YEAR_ONE * SECOND) % duration.value, self.zone)
