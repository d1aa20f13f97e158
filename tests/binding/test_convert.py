"""Whole values between Lua and plain Python data (semantics 1.4)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.binding import Failure, Kind, Table, to_lua, to_python
from runtime.binding.text import decode, encode, from_bytes, to_bytes
from runtime.lua.errors import Error

PLAIN = st.recursive(
    st.one_of(st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), st.text()),
    lambda inner: st.one_of(st.lists(inner, min_size=1, max_size=4), st.dictionaries(st.text(), inner, max_size=4)),
    max_leaves=12,
)


@given(PLAIN)
def test_plain_data_survives(data):
    assert to_python(to_lua(data)) == data


@given(st.text())
def test_text_survives(text):
    assert decode(encode(text)) == text
    assert all(ord(char) < 256 for char in encode(text))


@given(st.binary())
def test_bytes_survive(data):
    assert to_bytes(from_bytes(data)) == data
    assert to_bytes(encode(decode(from_bytes(data)))) == data


def test_nil_ends_lists_and_leaves_holes():
    assert to_lua([1, None, 3, None]).array == [1, None, 3]
    assert to_python(Table.from_list([1, None, 3])) == [1, None, 3]
    assert dict(to_lua({"a": None, "b": 1}).items()) == {"b": 1}


def test_shapes_of_tables():
    assert to_python(Table()) == {}
    mixed = to_lua([1, 2])
    mixed.set("lost", True)
    assert to_python(mixed) == [1, 2]
    keys = Table()
    for key in (True, 7.5, 10, "x"):
        keys.set(key, 1)
    assert to_python(keys) == {"true": 1, "7.5": 1, "10": 1, "x": 1}


def test_what_has_no_plain_form_is_text():
    assert to_python(Error("m\xc3\xbc", context=("why",))) == "why: mü"
    assert to_python(print).startswith("function: 0x")


def test_a_table_in_itself_is_a_failure():
    table = Table()
    table.set("self", table)
    with pytest.raises(Failure) as caught:
        to_python(table)
    assert caught.value.kind == Kind.INVALID
    assert "contains itself" in str(caught.value)
