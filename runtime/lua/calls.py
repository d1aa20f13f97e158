# cython: boundscheck=False, wraparound=False
"""Calls that pass through C and so consume the C stack, which all greenlets of a thread share.

Whatever calls a Lua function from compiled code goes through here. The depth is counted and a Lua error ends it in
time. Each greenlet switch saves the depth before and restores it after (`get_depth`, `set_depth`).
"""

from __future__ import annotations

from runtime.lua.errors import fault

# Levels of nesting; the C stack of 8 MB holds 2.5 times as many of the greediest kind (a coroutine inside a coroutine).
LIMIT = 1800
depth = 0


def get_depth():  # type: ignore[no-untyped-def]
    """Give the nesting of C calls in the running greenlet."""
    return depth


def set_depth(value):  # type: ignore[no-untyped-def]
    """Restore the nesting after a switch."""
    global depth
    depth = value


def at_limit():  # type: ignore[no-untyped-def]
    """Tell whether one more level would be too many."""
    return depth >= LIMIT


def enter():  # type: ignore[no-untyped-def]
    """Count one level for many calls, one after the other; `leave` must follow, also after an error."""
    global depth
    if depth >= LIMIT:
        raise fault("stack overflow")
    depth += 1


def leave():  # type: ignore[no-untyped-def]
    """Count the level of `enter` no more."""
    global depth
    depth -= 1


def invoke(function, args):  # type: ignore[no-untyped-def]
    """Call a Lua value with a tuple of arguments; gives what the call gives (a value or a tuple)."""
    global depth
    if depth >= LIMIT:
        raise fault("stack overflow")
    depth += 1
    try:
        results = function(*args)
        while type(results) is tuple and len(results) == 3 and results[0] is TAIL:
            results = results[1](*results[2])
        return results
    finally:
        depth -= 1


def invoke_2(function, a, b):  # type: ignore[no-untyped-def]
    """Call a Lua value with two arguments.

    PERF: spares the tuple of `invoke`, for comparators and metamethods.
    """
    global depth
    if depth >= LIMIT:
        raise fault("stack overflow")
    depth += 1
    try:
        results = function(a, b)
        while type(results) is tuple and len(results) == 3 and results[0] is TAIL:
            results = results[1](*results[2])
        return results
    finally:
        depth -= 1


class _Tail:
    """Marks results that are a call still to be carried out: (TAIL, function, arguments)."""


# Never part of a Lua value: only compiled code makes such results, and whatever reads results carries the call out
# first.
TAIL = _Tail()


def settle(results):  # type: ignore[no-untyped-def]
    """Carry out the call that results may stand for, and those that follow from it, in constant stack."""
    global depth
    if type(results) is not tuple or len(results) != 3 or results[0] is not TAIL:
        return results
    if depth >= LIMIT:
        raise fault("stack overflow")
    depth += 1
    try:
        while type(results) is tuple and len(results) == 3 and results[0] is TAIL:
            results = results[1](*results[2])
        return results
    finally:
        depth -= 1


def first(results):  # type: ignore[no-untyped-def]
    """Cut the results of a call to one value."""
    if type(results) is tuple:
        if len(results) == 3 and results[0] is TAIL:
            return first(settle(results))
        return results[0] if results else None
    return results


def many(results):  # type: ignore[no-untyped-def]
    """Give the results of a call as a tuple of any length."""
    if type(results) is tuple:
        if len(results) == 3 and results[0] is TAIL:
            return many(settle(results))
        return results
    return (results,)


def pack(values):  # type: ignore[no-untyped-def]
    """Give a tuple or list of any length the form of a call's results."""
    return values[0] if len(values) == 1 else tuple(values)
