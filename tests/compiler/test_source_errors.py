"""What the parser says of sources that are none: the place, and in words what is missing."""

from __future__ import annotations

import math
import pickle

import pytest

from compiler.errors import SourceError
from compiler.literals import numeral
from compiler.pipeline import compile_chunk


def refused(source: str) -> SourceError:
    with pytest.raises(SourceError) as caught:
        compile_chunk(source, "chunk")
    return caught.value


@pytest.mark.parametrize(
    ("source", "message", "line", "column"),
    [
        ("x = --[[ never ends", "unfinished long comment", 1, 4),
        ("--[==[ never ends ]=]", "unfinished long comment", 1, 0),
        ("x = [==[ never ends ]]", "unfinished long string", 1, 4),
        ("\n\nx = 'never ends", "unfinished string", 3, 4),
        ("x = 5 'abc'", "unexpected symbol near ''abc''", 1, 6),
        ("if x then\n  y()\n", "'end' expected near <eof>", 2, 5),
        ("x = 08p", "malformed number near '08p'", 1, 4),
        ("x = '\\300'", "decimal escape too large near '\\300'", 1, 5),
        ("goto nowhere", "no visible label 'nowhere' for goto", 1, 0),
        ("x = " + "(" * 5000 + "1" + ")" * 5000, "chunk has too many syntax levels", 1, 5004),
    ],
)
def test_errors_tell_what_and_where(source: str, message: str, line: int, column: int) -> None:
    error = refused(source)
    assert message in error.message
    assert (error.line, error.column) == (line, column)


def test_labels_nested_beyond_the_limit_are_refused_as_source() -> None:
    refused("do goto a; " * 100 + " ::a:: end" * 100)


def test_an_error_survives_the_way_between_processes() -> None:
    error = refused("x = = 1")
    again = pickle.loads(pickle.dumps(error))
    assert again.render() == error.render()
    assert again.render().endswith("x = = 1\n        ^")


@pytest.mark.parametrize(
    ("text", "value"),
    [("0x1p99999", math.inf), ("0x." + "0" * 9 + "1p-" + "9" * 400, 0.0), ("1e999", math.inf), ("0x" + "f" * 999, -1)],
)
def test_numerals_of_any_size_have_a_value(text: str, value: float) -> None:
    assert numeral(text) == value
