"""Durations: exact nanoseconds, Go's syntax and Go's way to write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.times.duration import HOUR, MINUTE, SECOND, Duration, format_duration, nanoseconds_of, parse_duration


@pytest.mark.parametrize(
    ("text", "value", "written"),
    [
        ("1h30m45s", 5445 * SECOND, "1h30m45s"),
        ("2h30m45s500ms", 9045 * SECOND + 500_000_000, "2h30m45.5s"),
        ("1.5h", 90 * MINUTE, "1h30m0s"),
        ("-1m", -MINUTE, "-1m0s"),
        ("+.5s", SECOND // 2, "500ms"),
        ("2.s", 2 * SECOND, "2s"),
        ("0", 0, "0s"),
        ("-0", 0, "0s"),
        ("1500us", 1_500_000, "1.5ms"),
        ("7µs", 7_000, "7µs"),
        ("7\u03bcs", 7_000, "7µs"),
        ("1ns", 1, "1ns"),
        ("100h", 100 * HOUR, "100h0m0s"),
        ("0.000000001s", 1, "1ns"),
        ("0.1ns", 0, "0s"),
    ],
)
def test_reading_and_writing(text, value, written):
    assert parse_duration(text) == value
    assert format_duration(value) == written


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "write a number and a unit"),
        ("soon", "write a number and a unit"),
        ("-", "write a number and a unit"),
        ("1", "a unit is missing"),
        ("1h 2m", "unknown unit 'h '"),
        ("3d", "unknown unit 'd'; the units are ns, us, ms, s, m, h"),
        ("1e3s", "unknown unit 'e'"),
        ("300y", "unknown unit 'y'"),
        ("2562048h", "too long"),
        ("9" * 5000 + "s", "too many"),
    ],
)
def test_refusals(text, reason):
    with pytest.raises(ValueError, match="duration") as caught:
        parse_duration(text)
    assert reason in str(caught.value)


@given(st.integers(-(2**63), 2**63 - 1))
def test_what_is_written_is_read_back(value):
    assert parse_duration(format_duration(value)) == value


def test_values_from_lua():
    assert nanoseconds_of(5 * SECOND) == 5 * SECOND
    assert nanoseconds_of(2.5) == 2
    assert nanoseconds_of("1s") == SECOND
    assert nanoseconds_of(Duration(7)) == 7
    for bad in (None, True, float("nan"), float("inf"), 1e300, "x"):
        with pytest.raises(ValueError, match="duration"):
            nanoseconds_of(bad)


def test_units_are_cut_towards_zero():
    span = Duration(-1_500_999)
    assert (span.microseconds(), span.milliseconds(), span.nanoseconds()) == (-1500, -1, -1_500_999)
    assert (Duration(5445 * SECOND).minutes(), Duration(5445 * SECOND).hours()) == (90.75, 1.5125)
