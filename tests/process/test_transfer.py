"""Copying of values between processes: structure is kept, nothing is shared."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from runtime.lua.errors import Error
from runtime.lua.table import Table
from runtime.process.transfer import copy_value

BYTES = st.text(st.characters(max_codepoint=255), max_size=5)
SCALARS = st.one_of(st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(), BYTES)
KEYS = st.one_of(st.booleans(), st.integers(-5, 20), st.floats(allow_nan=False), BYTES)
# A graph of tables: for each its fields, the value being a scalar or the number of a table; and its metatable.
GRAPHS = st.integers(1, 6).flatmap(
    lambda size: st.lists(
        st.tuples(
            st.lists(
                st.tuples(
                    st.one_of(KEYS, st.integers(0, size - 1).map(lambda number: ("table", number))),
                    st.one_of(SCALARS, st.integers(0, size - 1).map(lambda number: ("table", number))),
                ),
                max_size=6,
            ),
            st.one_of(st.none(), st.integers(0, size - 1)),
        ),
        min_size=size,
        max_size=size,
    )
)


def build(graph):
    tables = [Table() for _ in graph]

    def value_of(given):
        return tables[given[1]] if isinstance(given, tuple) else given

    for table, (fields, meta) in zip(tables, graph, strict=True):
        for key, value in fields:
            table.set(value_of(key), value_of(value))
        table.meta = tables[meta] if meta is not None else None
    return tables[0]


def same(one, other, pairs):
    """Tell whether two values are of one structure; `pairs` maps the tables of the first to those of the second."""
    if not isinstance(one, Table):
        both_nan = isinstance(one, float) and math.isnan(one) and isinstance(other, float) and math.isnan(other)
        return type(one) is type(other) and (one == other or both_nan)
    if id(one) in pairs:
        return pairs[id(one)] is other
    if not isinstance(other, Table) or other is one:
        return False
    pairs[id(one)] = other
    mine, theirs = list(one.items()), list(other.items())
    return (
        one.keyed == other.keyed
        and same(one.meta, other.meta, pairs)
        and len(mine) == len(theirs)
        and all(
            same(key, its_key, pairs) and same(item, its_item, pairs)
            for (key, item), (its_key, its_item) in zip(mine, theirs, strict=True)
        )
    )


@given(GRAPHS)
def test_a_copy_has_the_same_structure_and_shares_no_table(graph):
    original = build(graph)
    copied = copy_value(original)
    pairs = {}
    assert same(original, copied, pairs)
    assert len({id(table) for table in pairs.values()}) == len(pairs)
    assert not set(pairs) & {id(table) for table in pairs.values()}


def test_a_list_of_a_million_links():
    first = last = Table()
    for number in range(1_000_000):
        following = Table()
        following.set("n", number)
        last.set("next", following)
        last = following
    copied = copy_value(first)
    count = 0
    while copied.get("next") is not None:
        copied = copied.get("next")
        count += 1
    assert count == 1_000_000
    assert copied is not last


def test_a_copy_of_a_frozen_table_can_be_changed():
    table = Table.from_dict({"x": 1})
    table.frozen = True
    copied = copy_value(table)
    copied.set("x", 2)
    assert table.get("x") == 1


def test_what_is_no_value_for_others_becomes_nil(caplog):
    table = Table.from_dict({"f": print, "n": 1})
    table.set(print, 5)
    copied = copy_value(table)
    assert dict(copied.items()) == {"n": 1}
    assert copy_value(print) is None
    assert "field 'f' arrives as nil" in caplog.text


def test_the_warning_shortens_a_long_path(caplog):
    table = inner = Table()
    for _ in range(100):
        deeper = Table()
        inner.set("deep", deeper)
        inner = deeper
    inner.set("end", print)
    copy_value(table)
    assert "field '...." + "deep." * 9 + "end'" in caplog.text


def test_errors_pass_as_they_are():
    error = Error("m")
    assert copy_value(Table.from_list([error])).get(1) is error
