"""The library os: times and dates as the documentation describes them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from runtime.lua.errors import LuaError
from runtime.lua.oslib import Clock, library, make_library
from runtime.lua.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = 1718462445.75  # 2024-06-15 14:40:45 UTC, a Saturday


@pytest.fixture
def os_table(monkeypatch: pytest.MonkeyPatch) -> Iterator[Table]:
    """Give the library with its clock standing still, in a zone with summer time."""
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    yield make_library(Clock(now=lambda: NOW, elapsed=lambda: 12.5))
    monkeypatch.undo()
    time.tzset()


def fields(**values: Any) -> Table:
    return Table.from_dict(values)


def test_time(os_table: Table) -> None:
    tell = os_table.get("time")
    assert tell() == tell(None) == 1718462445
    assert tell(fields(year=2024, month=6, day=15, hour=16, min=40, sec=45)) == 1718462445
    assert tell(fields(year=2024, month=12, day=25)) == 1735081200, "the time of day defaults to midnight"
    assert tell(fields(day=1)) == tell(fields(year=2024, month=6, day=1)), "the date defaults to today"
    assert tell(fields(year=2024, month=14, day=-3, hour=0)) == tell(fields(year=2025, month=1, day=28))
    assert tell(fields(year="2024", month=12.0, day=25)) == 1735081200
    winter = fields(year=2024, month=6, day=15, isdst=False)
    assert tell(winter) == tell(fields(year=2024, month=6, day=15)) + 3600


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"month": "x"}, "field 'month' is not an integer"),
        ({"day": 1.5}, "field 'day' is not an integer"),
        ({"year": 10**15}, "field 'year' is out-of-bound"),
        ({"year": 2**31 - 1, "month": 2**31 - 1}, "time result cannot be represented in this installation"),
    ],
)
def test_time_errors(os_table: Table, wrong: dict[str, Any], text: str) -> None:
    with pytest.raises(LuaError, match=text):
        os_table.get("time")(fields(**wrong))


def test_time_wants_a_table(os_table: Table) -> None:
    with pytest.raises(LuaError, match=r"bad argument #1 to 'time' \(table expected, got number\)"):
        os_table.get("time")(5)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (None, "Sat Jun 15 16:40:45 2024"),
        ("%c", "Sat Jun 15 16:40:45 2024"),
        ("!%Y-%m-%dT%H:%M:%SZ", "2024-06-15T14:40:45Z"),
        ("%y %I %p %A %a %B %b %w %j", "24 04 PM Saturday Sat June Jun 6 167"),
        ("%U %W", "24 24"),
        ("%z %Z", "+0200 CEST"),
        ("%x %X %% %D %T %e", "06/15/24 16:40:45 % 06/15/24 16:40:45 15"),
        ("%q %k %", "%q %k %"),
        ("", ""),
        ("\xc3\xa4 %d", "\xc3\xa4 15"),
        ("a\0%d", "a\x0015"),
    ],
)
def test_date_forms(os_table: Table, form: str | None, text: str) -> None:
    assert os_table.get("date")(form) == text


def test_date_of_a_time(os_table: Table) -> None:
    date = os_table.get("date")
    assert date("!%F %T", 0) == "1970-01-01 00:00:00"
    assert date("!%F %T", -1) == "1969-12-31 23:59:59"
    assert date("!%T", 1.9) == "00:00:01", "fractions are dropped"
    assert date("!%T", "60") == "00:01:00"


def test_date_table(os_table: Table) -> None:
    table = os_table.get("date")("*t", 1718462445)
    assert {key: table.get(key) for key in ("year", "month", "day", "hour", "min", "sec", "wday", "yday", "isdst")} == {
        "year": 2024, "month": 6, "day": 15, "hour": 16, "min": 40, "sec": 45, "wday": 7, "yday": 167, "isdst": True,
    }  # fmt: skip
    assert os_table.get("date")("!*t", 1718462445).get("isdst") is False
    assert os_table.get("time")(table) == 1718462445


def test_date_errors(os_table: Table) -> None:
    for value, text in (
        ("x", r"bad argument #2 to 'date' \(number expected, got string\)"),
        (2**62, "date result cannot be represented in this installation"),
        (1e100, "date result cannot be represented in this installation"),
        (float("nan"), "number has no integer representation"),
    ):
        with pytest.raises(LuaError, match=text):
            os_table.get("date")("%Y", value)


def test_the_rest(os_table: Table) -> None:
    assert os_table.get("clock")() == 12.5
    assert os_table.get("difftime")(10, 4) == 6.0
    assert os_table.get("platform") == "wippy"
    with pytest.raises(LuaError, match="attempt to modify Immutable table"):
        os_table.set("x", 1)


def test_the_host_clock() -> None:
    table = library()
    assert abs(table.get("time")() - time.time()) < 5
    before = table.get("clock")()
    assert 0 <= before <= table.get("clock")()
