"""The regular expressions of @pattern: what they match, what is refused, and that a search never takes long."""

from __future__ import annotations

import time

import pytest

from runtime.lua.regex import RegexError, search


@pytest.mark.parametrize(
    ("expression", "text", "found"),
    [
        (r"^.+@.+\..+$", "a@b.c", True),
        (r"^.+@.+\..+$", "none", False),
        (r"^a$", "a\n", False),
        (r"(?m)^b$", "a\nb\nc", True),
        (r"(?i)HELLO", "say hello", True),
        (r"\bfoo\b", "a foo b", True),
        (r"\bfoo\b", "afoo b", False),
        (r"^a{2,3}$", "aaaa", False),
        (r"[[:alpha:]]+\d", "x1", True),
        (r"[^a-c]", "b", False),
        ("^.$", "\xc3\xa9", True),  # one character of two bytes
        (r"a\z", "ba", True),
        ("", "", True),
    ],
)
def test_search(expression: str, text: str, found: bool) -> None:
    assert search(expression, text) is found


@pytest.mark.parametrize("expression", [r"(a)\1", "(?=a)", "[", "a{1001}", "((a{100}){100}){100}"])
def test_what_re2_refuses_is_refused(expression: str) -> None:
    with pytest.raises(RegexError):
        search(expression, "a")


@pytest.mark.parametrize("expression", ["(a|a)*b", "(a*)*b", "(a+)+b", "a*a*a*a*b"])
def test_no_expression_backtracks(expression: str) -> None:
    before = time.monotonic()
    assert search(expression, "a" * 5000) is False
    assert time.monotonic() - before < 2
