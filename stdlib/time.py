"""The `time` module: instants, durations, zones, and waiting for them (documentation page lua/core/time).

Wherever it takes a duration, a number counts nanoseconds and a string is written as in Go.
"""

from __future__ import annotations

from runtime.binding import Failure, Kind, LuaValue, Module, Text, Userdata, method
from runtime.process.channel import Channel
from runtime.process.timing import sleep as pause
from runtime.times.alarm import Alarm
from runtime.times.duration import (
    HOUR,
    MICROSECOND,
    MILLISECOND,
    MINUTE,
    NANOSECOND,
    SECOND,
    Duration,
    nanoseconds_of,
)
from runtime.times.instant import Civil, Time
from runtime.times.layout import LAYOUTS, MONTHS, WEEKDAYS
from runtime.times.location import LOCAL, UTC, FixedLocation, Location, load_location
from runtime.times.parsing import ParseError, parse_time

module = Module("time", deterministic=True, classes=("time", "workflow"))
module.handle("time.Time")(Time)
module.handle("time.Duration")(Duration)
module.handle("time.Location")(Location)

UNITS = {
    "NANOSECOND": NANOSECOND,
    "MICROSECOND": MICROSECOND,
    "MILLISECOND": MILLISECOND,
    "SECOND": SECOND,
    "MINUTE": MINUTE,
    "HOUR": HOUR,
}
module.constants(UNITS)
module.constants(LAYOUTS)
module.constants({name.upper(): number for number, name in enumerate(MONTHS, 1)})
module.constants({name.upper(): number for number, name in enumerate(WEEKDAYS)})
module.constants({"utc": UTC, "localtz": LOCAL})


@module.handle("time.Timer")
class Timer(Userdata):
    """Fires once: its channel gets the time and is closed. It can be set anew at any time, also after it fired."""

    __slots__ = ("_alarm", "_channel")

    def __init__(self, nanoseconds: int) -> None:
        self._start(nanoseconds)

    def _start(self, nanoseconds: int) -> None:
        self._channel = Channel(1)
        self._alarm = Alarm(nanoseconds / SECOND, self._fire)

    def _fire(self) -> None:
        self._channel.send_nowait(Time.now())
        self._channel.close()

    @method
    def response(self) -> Channel:
        """Give its channel; after a reset of a timer that had fired or was stopped it is another one."""
        return self._channel

    @method
    def channel(self) -> Channel:
        """Give its channel, as `response` does."""
        return self._channel

    @method
    def stop(self) -> bool:
        """Keep it from firing and close the channel; true when it had not fired."""
        stopped = self._alarm.stop()
        self._channel.close()
        return stopped

    @method
    def reset(self, duration: LuaValue) -> bool:
        """Let it fire a duration from now; true when it had not fired."""
        nanoseconds = _positive(duration)
        waiting = self._alarm.stop()
        if self._channel.closed:
            self._start(nanoseconds)
        else:
            self._alarm = Alarm(nanoseconds / SECOND, self._fire)
        return waiting


@module.handle("time.Ticker")
class Ticker(Userdata):
    """Fires at a fixed rate; a tick that finds the last one unread is dropped."""

    __slots__ = ("_alarm", "_channel")

    def __init__(self, nanoseconds: int) -> None:
        self._channel = Channel(1)
        self._alarm = Alarm(nanoseconds / SECOND, self._fire, repeat=True)

    def _fire(self) -> None:
        self._channel.send_nowait(Time.now())

    @method
    def response(self) -> Channel:
        """Give its channel."""
        return self._channel

    @method
    def channel(self) -> Channel:
        """Give its channel, as `response` does."""
        return self._channel

    @method
    def stop(self) -> bool:
        """Stop it and close the channel."""
        self._alarm.stop()
        self._channel.close()
        return True


@module.function
def now() -> Time:
    """Give the present."""
    return Time.now()


@module.function
def date(
    year: int,
    month: int,
    day: int,
    hour: int = 0,
    minute: int = 0,
    second: int = 0,
    nanosecond: int = 0,
    location: Location | None = None,
) -> Time:
    """Make the instant of a date and a clock in a zone, the machine's by default; what is out of range runs on."""
    seconds = hour * 3600 + minute * 60 + second
    return Time.of(Civil(year, month, day), seconds, nanosecond, location or LOCAL)


@module.function
def unix(seconds: int, nanoseconds: int = 0) -> Time:
    """Make an instant of seconds and nanoseconds since 1970, shown in the machine's zone."""
    return Time.at(seconds, nanoseconds, LOCAL)


@module.function
def parse(layout: Text, value: Text, location: Location | None = None) -> Time:
    """Read a time by a Go layout; where the text names no zone it is in the given one, else the machine's."""
    try:
        return parse_time(layout, value, location or LOCAL)
    except ParseError as problem:
        raise Failure(Kind.INVALID, str(problem)) from None


@module.function(name="parse_duration")
def read_duration(value: LuaValue) -> Duration:
    """Make a duration of text such as `1h30m` or of nanoseconds."""
    return Duration(_duration(value))


@module.function(name="load_location")
def location_named(name: Text) -> Location:
    """Find a zone by its IANA name: Invalid for an empty name, NotFound for an unknown one."""
    return load_location(name)


@module.function
def fixed_zone(name: Text, offset: int) -> Location:
    """Make a zone of a name and seconds east of UTC."""
    return FixedLocation(name, offset)


@module.function(blocks=True)
def sleep(duration: LuaValue) -> None:
    """Wait; nothing or a negative duration lets others run."""
    pause(max(_duration(duration), 0) / SECOND)


@module.function
def after(duration: LuaValue) -> Channel:
    """Give a channel that gets the time once a duration has passed and is closed then."""
    return Timer(_positive(duration)).response()


@module.function
def timer(duration: LuaValue) -> Timer:
    """Make a timer that fires once."""
    return Timer(_positive(duration))


@module.function
def ticker(duration: LuaValue) -> Ticker:
    """Make a ticker that fires again and again."""
    return Ticker(_positive(duration))


def _duration(value: LuaValue) -> int:
    try:
        return nanoseconds_of(value)
    except ValueError as problem:
        raise Failure(Kind.INVALID, str(problem)) from None


def _positive(value: LuaValue) -> int:
    nanoseconds = _duration(value)
    if nanoseconds <= 0:
        raise Failure(Kind.INVALID, "the duration must be greater than zero")
    return nanoseconds
