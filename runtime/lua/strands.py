"""Greenlets that run Lua code, and for whom they run it."""

from __future__ import annotations

from greenlet import greenlet

from runtime.lua.greenlets import attribute, current, keep_stacks, switch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Strand:
    """For whom a greenlet runs.

    `owner` is the task that it belongs to, that of whoever resumed it last. `thread` is the coroutine that it runs,
    None while that is suspended: a suspended greenlet is invisible to the garbage collector, so nothing that it holds
    may hold the coroutine. Then a coroutine that nobody can resume any more is freed at once, unless its own local
    variables refer to it; such a one lives until its process ends.

    `main` is what `coroutine.running` gives outside coroutines. `abandoned` is set when nobody can resume the coroutine
    any more; `outer_depth` is then the nesting of C calls in whoever abandoned it.
    """

    def __init__(self, owner):  # type: ignore[no-untyped-def]
        self.owner: Any = owner
        self.thread: Any = None
        self.main: Any = None
        self.abandoned = False
        self.outer_depth = 0


def lua_greenlet(run, strand, parent):  # type: ignore[no-untyped-def]
    """Make a greenlet that runs Lua code; it has its strand as an attribute.

    PERF: of greenlet's own class, which it recognizes at once: a round trip takes 6 % more with a subclass.
    """
    made = greenlet(run, parent)
    made.strand = strand  # type: ignore[attr-defined]
    return made


def running_strand():  # type: ignore[no-untyped-def]
    """Give the strand of the running greenlet, None outside Lua code."""
    return attribute(current(), "strand")


def running_owner():  # type: ignore[no-untyped-def]
    """Give the task that runs, None outside tasks."""
    strand = running_strand()
    return strand.owner if strand is not None else None


def abandon(suspended):  # type: ignore[no-untyped-def]
    """Unwind the greenlet of a suspended coroutine and end it for good; nothing for one that waits for something.

    PERF: it finds the mark and raises GreenletExit by itself; `greenlet.throw` takes 4 microseconds more.
    """
    global _abandoning
    strand = attribute(suspended, "strand")
    if strand.thread is not None or _abandoning >= _MOST_ABANDONING:
        return
    _abandoning += 1
    try:
        strand.abandoned = True
        suspended.parent = current()
        switch(suspended)
    finally:
        _abandoning -= 1


# How many greenlets are being abandoned, each by what unwinds in the one before. To set a parent greenlet looks through
# all of its parents, so that a chain of many would take the square of their number; the rest is left to greenlet, which
# unwinds what nothing refers to any more.
_abandoning = 0
_MOST_ABANDONING = 100


keep_stacks()
