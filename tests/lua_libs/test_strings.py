"""What the reference interpreter cannot tell: letters of UTF-8, limits, formats that it lacks."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.lua import stringlib
from runtime.lua.errors import Error, LuaError
from runtime.lua.strformat import string_format
from runtime.lua.stringlib import STRING_METHODS, gsub, lower, rep, upper
from runtime.lua.stringlimit import MAX_STRING
from runtime.lua.table import Table

FLOATS = st.one_of(st.floats(allow_nan=False), st.sampled_from([0.0, -0.0, 1.5, 1 / 3, 5e-324, 2.0**-1030, 1e300]))
FLAGS = st.lists(st.sampled_from("-+ #0"), max_size=3).map("".join)
WIDTH = st.sampled_from(["", "1", "7", "20", "40"])
PRECISION = st.sampled_from(["", "", ".", ".0", ".1", ".3", ".13", ".20"])


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(FLAGS, WIDTH, PRECISION, st.sampled_from("aAeEfgG"), FLOATS), min_size=60, max_size=60))
def test_format_of_floats(lua53: Any, cases: list[tuple[str, str, str, str, float]]) -> None:
    lua53.compare([("string.format", string_format, ["%" + "".join(spec), x]) for *spec, x in cases])


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(
            FLAGS, WIDTH, PRECISION, st.sampled_from("dioxXuc"), st.integers(-(2**63), 2**63 - 1) | st.integers(-9, 9)
        ),
        min_size=60,
        max_size=60,
    )
)
def test_format_of_integers(lua53: Any, cases: list[tuple[str, str, str, str, int]]) -> None:
    # C leaves the flags 0 and # undefined for %c and precision with it: what glibc does there is no promise.
    defined = [case for case in cases if case[3] != "c" or not ("0" in case[0] or "#" in case[0] or case[2])]
    lua53.compare([("string.format", string_format, ["%" + "".join(spec), x]) for *spec, x in defined])


def test_format_errors(lua53: Any) -> None:
    bad = ["%y", "%123d", "%-+ #00d", "%.123d", "%", "%10", "%d %d", "%10.", "%ll"]
    lua53.compare([("string.format", string_format, [form, 1]) for form in bad if form not in ("%", "%10", "%10.")])
    lua53.compare(
        [("string.format", string_format, ["%d", value]) for value in [1.5, "1.5", "x", None, "10", 3.0, 2.0**63]]
    )
    lua53.compare([("string.format", string_format, ["%5s", "a\0b"]), ("string.format", string_format, ["%s"])])
    for form in ("%", "%10", "%10."):
        assert lua53.ours(string_format, [form, 1]) == "error invalid option '%' to 'format'"


def test_quoted_values_read_back_even_where_the_reference_interpreter_fails() -> None:
    assert string_format("%q %q %q", float("inf"), -float("inf"), float("nan")) == "1e9999 -1e9999 (0/0)"


def test_format_shows_a_structured_error_as_its_message() -> None:
    assert string_format("%s|%8s|%.2s", Error("boom"), Error("boom"), Error("boom")) == "boom|    boom|bo"


def test_case_of_letters_beyond_ascii() -> None:
    small, capital = ("ärger éß".encode().decode("latin-1"), "ÄRGER Éß".encode().decode("latin-1"))
    assert upper(small) == capital
    assert lower(capital) == small
    assert upper("\xff\xfeabc") == "\xff\xfeABC"
    assert lower("\xc4X") == "\xc4x"


def test_results_beyond_the_limit_are_errors() -> None:
    half = "x" * (MAX_STRING // 2)
    for call in (
        lambda: rep("xy", 2**62),
        lambda: rep("", 2**40, "ab"),
        lambda: rep(half, 3),
        lambda: gsub(half, ".+", "%0%0%0"),
        lambda: gsub("aaa", "a", half),
        lambda: string_format("%s%s%s", half, half, half),
    ):
        with pytest.raises(LuaError, match="resulting string too large"):
            call()
    assert rep("", 2**62) == ""


def test_arguments_that_would_take_the_memory_are_errors() -> None:
    many = "%%" * (1 << 21)
    for call, text in (
        (lambda: stringlib.match("x", "[%a]" * (1 << 17)), "pattern too long"),
        (lambda: gsub("x", "x", many), "resulting string too large"),
        (lambda: string_format(many), "invalid format"),
        (lambda: stringlib.pack("x" * (1 << 21)), "format longer than"),
    ):
        with pytest.raises(LuaError, match=text):
            call()


def test_a_long_plain_text_is_found() -> None:
    text = "needle)" * 100_000
    assert stringlib.find("hay" + text + "hay", text) == (4, 700_003)


def test_a_replacement_of_very_many_matches_is_joined() -> None:
    size = (1 << 20) + 5
    assert gsub("ab" * size, "a", "xy") == ("xyb" * size, size)


def test_byte_gives_no_more_results_than_a_call_may() -> None:
    with pytest.raises(LuaError, match="string slice too long"):
        stringlib.byte("x" * 1_000_001, 1, -1)


def test_ranges(lua53: Any) -> None:
    ends = [None, -(2**63), -7, -5, -1, 0, 1, 3, 5, 6, 2**63 - 1]
    pairs = list(itertools.product(ends, ends))
    lua53.compare([("string.sub", stringlib.sub, ["hello", i or 1, j]) for i, j in pairs])
    lua53.compare([("string.byte", stringlib.byte, ["hello", i, j]) for i, j in pairs])


def test_arguments_of_the_wrong_type_are_lua_errors() -> None:
    for name, function in STRING_METHODS.items():
        for arguments in (
            (),
            (None,),
            (True,),
            (Table(),),
            ("x", Table()),
            ("x", "x", Table()),
            ("x", 1, True, Table()),
        ):
            try:
                function(*arguments)
            except LuaError as error:
                assert name == "dump" or f"'{name}'" in str(error) or name == "gfind", error  # noqa: PT017


def test_the_table_is_frozen() -> None:
    with pytest.raises(LuaError, match="attempt to modify Immutable table"):
        stringlib.library().set("x", 1)
