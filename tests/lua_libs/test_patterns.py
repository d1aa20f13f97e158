"""Patterns against the reference interpreter, and what keeps a costly pattern from holding the thread."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.lua.errors import LuaError
from runtime.lua.patterns import Matcher
from runtime.lua.patterntext import compiled
from runtime.lua.stringlib import find, gmatch, gsub, match

SUBJECT = st.text("ab1 ()%-.\0", max_size=12)
SINGLE = st.one_of(
    st.sampled_from(
        [".", "%a", "%d", "%s", "%W", "%.", "%%", "a", "b", "1", " ", "[ab]", "[^a]", "[%d ]", "[a-b]", "[]]", "[^]a]"]
    ),
    st.sampled_from(["%(", "[%(%)]", "%z", "[%z]", "-", "^", "$", "%-", "[a%-]", "[-a]", "[a-]"]),
)
REPEATED = st.tuples(SINGLE, st.sampled_from(["", "", "*", "+", "-", "?"])).map("".join)
PIECE = st.one_of(REPEATED, st.sampled_from(["%b()", "%bab", "%f[%a]", "%f[^%a]", "%f[%z]", "()", "%1", "%2"]))
GROUP = st.lists(PIECE, max_size=3).map("".join).map("({})".format)
PATTERN = st.tuples(
    st.sampled_from(["", "", "^"]),
    st.lists(st.one_of(PIECE, GROUP), max_size=5).map("".join),
    st.sampled_from(["", "", "$"]),
).map("".join)
BROKEN = st.text("ab%[]()*+-?^$.f1", max_size=8)
CASES = st.lists(st.tuples(SUBJECT, st.one_of(PATTERN, PATTERN, BROKEN)), min_size=60, max_size=60)


@settings(max_examples=60, deadline=None)
@given(CASES, st.integers(-14, 14))
def test_find_and_match(lua53: Any, cases: list[tuple[str, str]], init: int) -> None:
    lua53.compare([("string.find", find, [s, p, init]) for s, p in cases])
    lua53.compare([("string.match", match, [s, p]) for s, p in cases])


@settings(max_examples=40, deadline=None)
@given(CASES, st.sampled_from(["<%0>", "%1", "%2-%1", "", "x%%", "%", "%x"]), st.none() | st.integers(-1, 4))
def test_gsub(lua53: Any, cases: list[tuple[str, str]], replacement: str, limit: int | None) -> None:
    lua53.compare([("string.gsub", gsub, [s, p, replacement, limit]) for s, p in cases])


def all_matches(s: str, pattern: str) -> Any:
    """Give the first capture of each match that gmatch finds."""
    found = []
    step = gmatch(s, pattern)
    while (results := step()) is not None:
        found.append(results[0] if isinstance(results, tuple) else results)
    return tuple(found) if len(found) != 1 else found[0]


@settings(max_examples=40, deadline=None)
@given(CASES)
def test_gmatch(lua53: Any, cases: list[tuple[str, str]]) -> None:
    every = "(function(s, p) local r = {} for a in string.gmatch(s, p) do r[#r + 1] = a end return table.unpack(r) end)"
    lua53.compare([(every, all_matches, [s, p]) for s, p in cases])


@pytest.mark.parametrize("pattern", ["a-a-a-a-b", "(.-)(.-)(.-)b", "a*a*a*a*b", ".-.-.-.-x", "%f[b](.-)b", "%b()x"])
@pytest.mark.parametrize("call", [find, match, lambda s, p: gsub(s, p, "")])
def test_a_costly_pattern_ends(pattern: str, call: Any) -> None:
    try:
        call("a" * 600, pattern)
    except LuaError as error:
        assert "pattern too complex" in str(error)  # noqa: PT017 - it may as well find its match in time


def test_cost_beyond_the_budget_is_an_error() -> None:
    matcher = Matcher(compiled("a-a-a-b"), "a" * 100)
    matcher.budget = 1000
    with pytest.raises(LuaError, match="pattern too complex"):
        matcher.search(0)


def test_a_trim_is_linear() -> None:
    text = "word " * 20_000
    matcher = Matcher(compiled("^%s*(.-)%s*$"), text)
    matcher.budget = 40 * len(text)
    assert matcher.search(0) == len(text)


def test_many_choices_are_an_error_and_no_deep_recursion() -> None:
    with pytest.raises(LuaError, match="pattern too complex"):
        find("a" * 300, "a?" * 300)


def test_a_pattern_in_use_may_be_used_again() -> None:
    """A replacement function that matches the same pattern does not disturb the match it is called from."""

    def inner(word: str, *_: Any) -> str:
        assert match("inner text", "(%a+)") == "inner"
        return gsub(word, "(%a+)", str.upper if False else (lambda w, *_: f"<{w}>"))[0]

    assert gsub("one two", "(%a+)", inner) == ("<one> <two>", 2)


def test_an_error_in_a_callback_leaves_the_pattern_usable() -> None:
    def fail(*_: Any) -> None:
        raise LuaError("no")

    with pytest.raises(LuaError, match="no"):
        gsub("abc", "%a", fail)
    assert match("abc", "%a") == "a"


def test_gmatch_takes_a_caret_for_a_character() -> None:
    assert all_matches("^a^a", "^a") == ("^a", "^a")
    assert match("ba", "^a") is None
