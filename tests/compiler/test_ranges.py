"""Ranges of integers: every result of an operator on two ranges lies in the range that is told."""

from __future__ import annotations

import operator

from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.ranges import WHOLE, Range, exact
from runtime.lua import operators as lua

PYTHON = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "%": operator.mod,
    "//": operator.floordiv,
    "&": operator.and_,
    "|": operator.or_,
    "~": operator.xor,
    "<<": operator.lshift,
    ">>": operator.rshift,
}
LUA = {
    "+": lua.add,
    "-": lua.sub,
    "*": lua.mul,
    "%": lua.mod,
    "//": lua.idiv,
    "&": lua.band,
    "|": lua.bor,
    "~": lua.bxor,
    "<<": lua.shl,
    ">>": lua.shr,
}
BOUNDS = st.one_of(
    st.integers(-70, 70),
    st.integers(WHOLE.low, WHOLE.high),
    st.sampled_from([0, WHOLE.low, WHOLE.low + 1, WHOLE.high, 1 << 31, 1 << 53, 1 << 62]),
)
RANGES = st.builds(lambda a, b: Range(min(a, b), max(a, b)), BOUNDS, BOUNDS)


@settings(max_examples=2000, deadline=None)
@given(st.sampled_from(sorted(PYTHON)), RANGES, RANGES, st.data())
def test_python_does_what_lua_does_where_a_range_is_told(sign, left, right, data):
    told = exact(sign, left, right)
    if told is None:
        return
    for _ in range(5):
        a = data.draw(st.one_of(st.sampled_from(left), st.integers(left.low, left.high)))
        b = data.draw(st.one_of(st.sampled_from(right), st.integers(right.low, right.high)))
        result = PYTHON[sign](a, b)
        assert result == LUA[sign](a, b)
        assert told.low <= result <= told.high


@given(RANGES, RANGES)
def test_widening_ends_and_only_widens(before, grown):
    rounds = 0
    while rounds < 20:
        wider = before.union(grown).widened(before)
        assert wider.union(grown) == wider
        if wider == before:
            return
        before, grown = wider, Range(max(WHOLE.low, wider.low - 1), min(WHOLE.high, wider.high + 1))
        rounds += 1
    raise AssertionError("a range went on growing")


def test_what_could_raise_or_differ_is_not_told():
    assert exact("%", Range(1, 5), Range(0, 3)) is None
    assert exact("//", Range(1, 5), Range(-3, -1)) is None
    assert exact("<<", Range(1, 1), Range(0, 64)) is None
    assert exact(">>", Range(-1, 1), Range(1, 1)) is None
    assert exact("+", WHOLE, Range(1, 1)) is None
    assert exact("/", Range(4, 4), Range(2, 2)) is None
