"""Binary packing, against the reference interpreter."""

from __future__ import annotations

import itertools
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.lua.strpack import pack, packsize, unpack

INTEGERS = st.one_of(st.integers(-(2**63), 2**63 - 1), st.integers(-300, 300))
SIZES = st.integers(1, 16).map(str)
OPTION = st.one_of(
    st.sampled_from(["b", "B", "h", "H", "l", "L", "j", "J", "T", "i", "I", "<", ">", "=", "!", " ", "x"]),
    st.tuples(st.sampled_from("iI!"), SIZES).map("".join),
    st.sampled_from(["Xi4", "Xi8", "Xh", "!4", "!3i3"]),
)
FORMATS = st.lists(OPTION, min_size=1, max_size=6).map("".join)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(FORMATS, st.lists(INTEGERS, min_size=8, max_size=8)), min_size=40, max_size=40))
def test_pack_integers(lua53: Any, cases: list[tuple[str, list[int]]]) -> None:
    lua53.compare([("string.pack", pack, [form, *values]) for form, values in cases])
    lua53.compare([("string.packsize", packsize, [form]) for form, _ in cases])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(FORMATS, st.binary(max_size=60), st.integers(-4, 4) | st.none()), min_size=40, max_size=40))
def test_unpack_integers(lua53: Any, cases: list[tuple[str, bytes, int | None]]) -> None:
    lua53.compare([("string.unpack", unpack, [form, data.decode("latin-1"), at]) for form, data, at in cases])


def test_strings_and_floats(lua53: Any) -> None:
    texts = ["", "a", "abc", "x" * 300, "a\0b"]
    forms = ["z", "s1", "s2", "s", "<s4", ">s4", "c3", "c0", "!4 s1 Xi4", "s16"]
    cases = [("string.pack", pack, [form, text]) for form, text in itertools.product(forms, texts)]
    floats = [0.0, -0.0, 1.5, -1e300, 1e-310, float("inf"), 1e38, 3.5e38]
    cases += [("string.pack", pack, [form, x]) for form, x in itertools.product(["f", ">d", "<n", "!8 b d"], floats)]
    lua53.compare(cases)


def test_what_was_packed_is_unpacked() -> None:
    form = "<z s2 c5 d i3 I7 b x H"
    values = ("text", "more\0text", "five5", -2.5, -70000, 2**55, -128, 65535)
    packed = pack(form, *values)
    assert unpack(form, packed) == (*values, len(packed) + 1)


def test_errors(lua53: Any) -> None:
    calls = [
        *[
            ("string.packsize", packsize, [form])
            for form in ["s", "z", "!4Xi3", "X", "Xz", "Xc4", "X i4", "i17", "i0", "c"]
        ],
        *[
            ("string.packsize", packsize, [form])
            for form in ["y", "c2147483647c10", "i99999999999", "!17", "c2147483647x"]
        ],
        ("string.pack", pack, ["i1", 200]),
        ("string.pack", pack, ["I1", -1]),
        ("string.pack", pack, ["i4", "x"]),
        ("string.pack", pack, ["i4", 1.5]),
        ("string.unpack", unpack, ["I16", "\1" * 16]),
        ("string.unpack", unpack, ["i16", "\xff" * 16]),
        ("string.unpack", unpack, ["s1", "\5abc"]),
        ("string.unpack", unpack, ["i4", "abcd", 6]),
        ("string.unpack", unpack, ["i4", "abcd", -40]),
    ]
    lua53.compare(calls)


def test_a_length_beyond_the_data_is_an_error(lua53: Any) -> None:
    for size in (1, 4, 8, 16):
        assert "too short" in lua53.ours(unpack, [f"s{size}", "\xff" * min(size, 8) + "\0" * (size - 8)])


def test_a_string_without_its_zero_is_an_error(lua53: Any) -> None:
    assert lua53.ours(unpack, ["z", "abc"]).endswith("(unfinished string for format 'z')")


def test_sizes_beyond_the_limit_are_errors(lua53: Any) -> None:
    assert lua53.ours(pack, ["c2000000000", ""]) == "error resulting string too large"
