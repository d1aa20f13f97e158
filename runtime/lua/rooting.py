# cython: boundscheck=False, wraparound=False
"""What the body of a coroutine that runs as a generator asks before it reads, computes or loops (see `coroutines`)."""

from __future__ import annotations

from runtime.lua.iteration import CallIterator, SecondValues
from runtime.lua.stringlib import MatchIterator
from runtime.lua.table import Table
from runtime.lua.userdata import Userdata


def may_call(*values):  # type: ignore[no-untyped-def]
    """Tell whether an operator, or a standard function that calls no argument, could run Lua code for these values."""
    return _any_may_call(values)


def _any_may_call(values):  # type: ignore[no-untyped-def]
    for value in values:
        if type(value) is Table:
            table = value
            if table.meta is not None:
                return True
        elif isinstance(value, Userdata):
            return True
    return False


def loop_may_call(iterator):  # type: ignore[no-untyped-def]
    """Tell whether what a for loop runs over could run Lua code."""
    if type(iterator) is CallIterator:
        calls = iterator
        return type(calls.function) is not MatchIterator
    return type(iterator) is SecondValues
