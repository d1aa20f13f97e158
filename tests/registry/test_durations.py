from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.durations import format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30s", 30.0),
        ("1h30m", 5400.0),
        ("1h30m500ms", 5400.5),
        ("1.5h", 5400.0),
        (".5s", 0.5),
        ("250ms", 0.25),
        ("10us", 1e-5),
        ("10µs", 1e-5),
        ("5ns", 5e-9),
        ("-2s", -2.0),
        ("+2s", 2.0),
        ("0", 0.0),
        (7, 7.0),
        (0.5, 0.5),
    ],
)
def test_durations_are_seconds(text: str | float, seconds: float) -> None:
    assert parse_duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("30", "a unit is missing"),
        ("", "not a duration"),
        ("-", "not a duration"),
        ("soon", "not a duration"),
        ("1d", "unknown unit 'd'"),
        ("1h 30m", "not a duration"),
        (True, "True is not a duration"),
        (None, "None is not a duration"),
        (float("nan"), "nan is not a duration"),
        (float("inf"), "inf is not a duration"),
    ],
)
def test_what_is_no_duration_is_told_with_an_example(text: object, reason: str) -> None:
    with pytest.raises(ValueError, match=r"30s|units are") as raised:
        parse_duration(text)  # type: ignore[arg-type]
    assert reason in str(raised.value)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (2.5, "2.5s"),
        (0.25, "250ms"),
        (5400, "1h30m"),
        (61, "1m1s"),
        (1e-5, "10us"),
        (3e-9, "3ns"),
        (-30, "-30s"),
    ],
)
def test_durations_are_written_the_short_way(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


@given(st.integers(0, 10**6))
def test_what_is_written_reads_back(seconds: int) -> None:
    assert parse_duration(format_duration(seconds)) == pytest.approx(seconds)
