"""Instants: the calendar, zones, layouts written and read. Expected values were computed with Go 1.26."""

import contextlib
import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.binding import Failure, Kind
from runtime.times.duration import HOUR, MINUTE, SECOND, Duration
from runtime.times.instant import Civil, Time, civil_of, days_of
from runtime.times.layout import LAYOUTS, format_time
from runtime.times.location import UTC, FixedLocation, load_location
from runtime.times.parsing import ParseError, parse_time

NEW_YORK = load_location("America/New_York")
BERLIN = load_location("Europe/Berlin")


def time(*date, zone=UTC, nanosecond=0):
    year, month, day, hour, minute, second = (*date, 0, 0, 0)[:6]
    return Time.of(Civil(year, month, day), hour * 3600 + minute * 60 + second, nanosecond, zone)


def written(instant, layout):
    return format_time(layout, instant.shown())


@given(st.dates())
def test_the_calendar_agrees_with_python(date):
    days = (date - datetime.date(1970, 1, 1)).days
    assert civil_of(days) == (date.year, date.month, date.day)
    assert days_of(date.year, date.month, date.day) == days


@given(st.integers(-(10**9), 10**9))
def test_the_calendar_has_no_end(days):
    assert days_of(*civil_of(days)) == days


@given(st.integers(-(2**40), 2**40), st.sampled_from([UTC, NEW_YORK, BERLIN, load_location("Australia/Lord_Howe")]))
def test_every_instant_is_found_again_by_its_clock_or_the_clock_comes_twice(seconds, zone):
    shown = Time.at(seconds, 0, zone).shown()
    clock = shown.hour * 3600 + shown.minute * 60 + shown.second
    found = Time.of(Civil(shown.year, shown.month, shown.day), clock, 0, zone)
    assert found.shown()[:7] == shown[:7]


def test_parts_out_of_range_run_on():
    assert time(2024, 14, -3, 25, 61, 61).format_rfc3339() == "2025-01-29T02:02:01Z"
    assert time(2024, 1, 31).add_date(0, 1, 0).format_rfc3339() == "2024-03-02T00:00:00Z"
    assert time(2024, 12, 29, 15, 4, 5).add_date(1, 2, 3).date() == (2026, 3, 4)


def test_clocks_that_are_put_forward_and_back():
    assert time(2024, 3, 10, 2, 30, zone=NEW_YORK).format_rfc3339() == "2024-03-10T01:30:00-05:00"
    assert time(2024, 11, 3, 1, 30, zone=NEW_YORK).format_rfc3339() == "2024-11-03T01:30:00-04:00"
    assert time(2024, 3, 31, 2, 30, zone=BERLIN).utc().format_rfc3339() == "2024-03-31T01:30:00Z"
    lord_howe = load_location("Australia/Lord_Howe")
    assert time(2024, 10, 6, 2, 15, zone=lord_howe).utc().format_rfc3339() == "2024-10-05T15:45:00Z"
    assert time(2024, 4, 7, 1, 45, zone=lord_howe).utc().format_rfc3339() == "2024-04-06T15:15:00Z"


def test_arithmetic_and_comparison():
    noon = time(2024, 1, 1, 12)
    assert noon.add("30m").clock() == (12, 30, 0)
    assert noon.add(HOUR).sub(noon).value == HOUR
    assert noon.before(noon.add(1))
    assert not noon.after(noon)
    assert noon.equal(noon.in_location(NEW_YORK))
    far = Time.at(2**40, 0, UTC)
    assert far.sub(Time.at(-(2**40), 0, UTC)).value == 2**63 - 1
    with pytest.raises(Exception, match=r"bad argument #1 to 'add' \(invalid duration 'x'"):
        noon.add("x")


def test_rounding():
    moment = time(2024, 1, 1, 12, 34, 56, nanosecond=789_000_000)
    assert moment.round(Duration(SECOND)).clock() == (12, 34, 57)
    assert moment.truncate(Duration(MINUTE)).clock() == (12, 34, 0)
    assert moment.truncate(Duration(7 * HOUR)).lua_tostring() == "2024-01-01 07:00:00 +0000 UTC"
    assert moment.round(Duration(0)) is moment


def test_components():
    moment = time(2024, 12, 29, 15, 4, 5, nanosecond=6)
    assert moment.weekday() == 0
    assert moment.year_day() == 364
    assert (moment.year(), moment.month(), moment.day()) == (2024, 12, 29)
    assert (moment.hour(), moment.minute(), moment.second(), moment.nanosecond()) == (15, 4, 5, 6)
    assert (moment.unix(), moment.unix_nano()) == (1735484645, 1735484645000000006)
    assert not moment.is_zero()
    assert time(1, 1, 1).is_zero()
    assert moment.in_local().in_location(NEW_YORK).location() is NEW_YORK


EXPECTED = {
    "RFC3339": "2024-07-09T04:05:06-04:00",
    "RFC3339NANO": "2024-07-09T04:05:06.12-04:00",
    "RFC822": "09 Jul 24 04:05 EDT",
    "RFC822Z": "09 Jul 24 04:05 -0400",
    "RFC850": "Tuesday, 09-Jul-24 04:05:06 EDT",
    "RFC1123": "Tue, 09 Jul 2024 04:05:06 EDT",
    "RFC1123Z": "Tue, 09 Jul 2024 04:05:06 -0400",
    "DATE_TIME": "2024-07-09 04:05:06",
    "DATE_ONLY": "2024-07-09",
    "TIME_ONLY": "04:05:06",
    "KITCHEN": "4:05AM",
    "STAMP": "Jul  9 04:05:06",
    "STAMP_MILLI": "Jul  9 04:05:06.120",
    "STAMP_MICRO": "Jul  9 04:05:06.120000",
    "STAMP_NANO": "Jul  9 04:05:06.120000000",
}


@pytest.mark.parametrize("name", list(LAYOUTS))
def test_named_layouts(name):
    moment = time(2024, 7, 9, 4, 5, 6, zone=NEW_YORK, nanosecond=120_000_000)
    assert written(moment, LAYOUTS[name]) == EXPECTED[name]


@pytest.mark.parametrize(
    ("layout", "text"),
    [
        ("January Monday Jan Mon", "July Tuesday Jul Tue"),
        ("Janet Month", "Janet Month"),
        ("1 01 2 _2 02 002 __2", "7 07 9  9 09 191 191"),
        ("15 3 03 PM pm 4 04 5 05", "16 4 04 PM pm 5 05 6 06"),
        ("06 2006 _2006", "24 2024 _2024"),
        ("-07 -0700 -07:00 -070000 -07:00:00", "-04 -0400 -04:00 -040000 -04:00:00"),
        ("Z07 Z0700 Z07:00 Z070000 Z07:00:00", "-04 -0400 -04:00 -040000 -04:00:00"),
        (".0 .000 .9 .999999 ,00 .0007", ".1 .120 .1 .12 ,12 .0007"),
        ("MST at ☃", "EDT at ☃"),
    ],
)
def test_parts_of_layouts(layout, text):
    moment = time(2024, 7, 9, 16, 5, 6, zone=NEW_YORK, nanosecond=120_000_000)
    assert written(moment, layout) == text


def test_odd_zones_and_years_are_written():
    assert (
        time(2024, 1, 1, zone=FixedLocation("", -5 * 3600 - 1800)).lua_tostring() == "2024-01-01 00:00:00 -0530 -0530"
    )
    assert written(time(2024, 1, 1), "Z07:00 -07:00") == "Z +00:00"
    assert written(time(-7, 1, 1), "2006 06") == "-0007 07"
    assert written(time(12024, 1, 1, zone=BERLIN), "2006-01-02 MST") == "12024-01-01 CET"
    assert written(time(12024, 7, 1, zone=BERLIN), "MST") == "CEST"


@pytest.mark.parametrize(
    ("layout", "text", "expected"),
    [
        (LAYOUTS["RFC3339"], "2024-12-29T15:04:05Z", "2024-12-29 15:04:05 +0000 UTC"),
        (LAYOUTS["RFC3339"], "2024-12-29T15:04:05.25-05:00", "2024-12-29 15:04:05.25 -0500 EST"),
        (LAYOUTS["RFC3339"], "2024-12-29T15:04:05+05:30", "2024-12-29 15:04:05 +0530 +0530"),
        ("2006-01-02 15:04", "2024-12-29 14:30", "2024-12-29 14:30:00 -0500 EST"),
        ("2006-01-02 15:04:05 MST", "2024-07-29 14:30:00 EDT", "2024-07-29 14:30:00 -0400 EDT"),
        ("2006-01-02 15:04:05 MST", "2024-07-29 14:30:00 CEST", "2024-07-29 14:30:00 +0000 CEST"),
        ("2006-01-02 MST", "2024-07-29 GMT+3", "2024-07-29 00:00:00 +0300 GMT+3"),
        ("15:04:05", "14:30:00", "0000-01-01 14:30:00 -0456 LMT"),
        ("Monday, January 2, 2006 3PM", "sunday, DECEMBER 29, 2024 12AM", "2024-12-29 00:00:00 -0500 EST"),
        ("Jan _2 06", "Dec  9 69", "1969-12-09 00:00:00 -0500 EST"),
        ("2006 002", "2024 366", "2024-12-31 00:00:00 -0500 EST"),
        ("15:04:05.000", "01:02:03.456", "0000-01-01 01:02:03.456 -0456 LMT"),
        ("2006-01-02T15:04:05.999999999Z", "2024-01-01T12:34:56.789Z", "2024-01-01 12:34:56.789 -0500 EST"),
        ("2006-01-02   15", "2024-12-29 07", "2024-12-29 07:00:00 -0500 EST"),
    ],
)
def test_reading(layout, text, expected):
    assert parse_time(layout, text, NEW_YORK).lua_tostring() == expected


@pytest.mark.parametrize(
    ("layout", "text", "reason"),
    [
        ("2006-01-02", "invalid-date", "'2006' cannot be read from 'invalid-date'"),
        ("2006-01-02", "2024-02-30", "day 30 is out of range"),
        ("2006-01-02", "2023-02-29", "day 29 is out of range"),
        ("2006-01-02", "2024-13-01", "month 13 is out of range"),
        ("2006-01-02", "2024-01-00", "day 0 is out of range"),
        ("2006-01-02", "2024-01-01x", "'x' is left over"),
        ("2006-01-02", "2024/01/01", "'-' is expected, found '/01/01'"),
        ("15:04", "25:00", "hour 25 is out of range"),
        ("3:04PM", "3:04XM", "'PM' cannot be read"),
        ("2006 002", "2023 366", "day of year 366 is out of range"),
        ("2006 01 002", "2024 02 001", "day of year 1"),
        (LAYOUTS["RFC3339"], "2024-01-01T00:00:00", "an offset such as '+07:00' is expected"),
        (LAYOUTS["RFC3339"], "2024-01-01T00:00:00+99:00", "out of range"),
        ("05.000", "01.2", "a fraction '.000' is expected"),
        ("MST", "nowhere", "'MST' cannot be read"),
        ("a b", "axb", "a space is expected"),
    ],
)
def test_text_that_does_not_fit(layout, text, reason):
    with pytest.raises(ParseError) as caught:
        parse_time(layout, text, UTC)
    assert reason in str(caught.value)
    assert text in str(caught.value)


@given(st.integers(-(2**34), 2**34), st.integers(0, 999_999_999), st.sampled_from([UTC, NEW_YORK, BERLIN]))
def test_what_is_written_in_full_is_read_back(seconds, nanoseconds, zone):
    moment = Time.at(seconds, nanoseconds, zone)
    layout = "2006-01-02T15:04:05.999999999-07:00:00"
    assert parse_time(layout, written(moment, layout), UTC).nanoseconds == moment.nanoseconds


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_layout_and_text_are_handled(layout, text):
    written(Time.at(0, 0, UTC), layout)
    with contextlib.suppress(ParseError):
        parse_time(layout, text, UTC)


def test_locations():
    assert load_location("UTC") is UTC
    assert load_location("Asia/Tokyo").string() == "Asia/Tokyo"
    assert load_location("Local").lua_tostring() == "Local"
    for name, kind in (
        ("", Kind.INVALID),
        ("Nowhere/City", Kind.NOT_FOUND),
        ("America", Kind.NOT_FOUND),
        ("../x", Kind.NOT_FOUND),
    ):
        with pytest.raises(Failure) as caught:
            load_location(name)
        assert caught.value.kind == kind


def test_seconds_beyond_64_bits_wrap():
    assert Time.at(2**63, 0, UTC).unix() == -(2**63)
    assert -(2**63) <= time(2**62, 1, 1).unix() < 2**63
