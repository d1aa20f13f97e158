"""What a Lua value may be in Python."""

from __future__ import annotations

from typing import Any

from runtime.lua.errors import Error
from runtime.lua.table import Table
from runtime.lua.userdata import Userdata

_DEEPEST = 6


def check_results(what: str, results: Any) -> None:
    """Check the results of a call: one value as itself, none or several as a tuple."""
    if type(results) is tuple:
        assert len(results) != 1, f"{what} gave a tuple of one: {results!r}"
        for value in results:
            check_value(what, value)
    else:
        check_value(what, results)


def check_value(what: str, value: Any, depth: int = 0) -> None:
    """Check that a value, and what a table holds, is legal, and that nothing of Python shows in it."""
    if value is None or type(value) in (bool, float):
        return
    if type(value) is int:
        assert -(2**63) <= value < 2**63, f"{what} gave an integer beyond 64 bits: {value}"
    elif type(value) is str:
        check_text(what, value)
    elif type(value) is Table:
        if depth < _DEEPEST:
            for key, item in value.items():
                check_value(what, key, depth + 1)
                check_value(what, item, depth + 1)
    elif isinstance(value, Error):
        check_text(what, value.full_text())
    else:
        legal = isinstance(value, Userdata) or (callable(value) and not isinstance(value, type))
        assert legal, f"{what} gave what is no Lua value: {value!r}"


def check_text(what: str, text: str) -> None:
    """Check that a string holds bytes, and neither a Python object's form nor a path of the host."""
    assert all(ord(char) < 256 for char in text[:10000]), f"{what} gave characters that are no bytes: {text[:200]!r}"
    for trace in (
        "<function",
        "<class",
        "<built-in",
        "<cyfunction",
        "object at 0x",
        ".py:",
        '.py"',
        "Traceback",
        "_cython_",
        "internal error",
    ):
        assert trace not in text, f"{what} shows something of Python: {text[:200]!r}"
