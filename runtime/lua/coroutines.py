# cython: boundscheck=False, wraparound=False
"""Coroutines: each is a greenlet, so that a yield works at any depth, in metamethods, iterators, `pcall`.

A body that does its yields itself is compiled as a Python generator and runs on the stack of whoever resumes it for as
long as it runs no Lua code but its own. Before it may, it yields ROOT; from then on the generator is run by a greenlet,
like any other body, and each of its yields switches. PERF: a tenth of the time that two switches take.

A coroutine that waits for something outside (a channel, a socket) switches to the hub by itself and is switched back to
directly; the one that resumed it sleeps meanwhile, as if the resume took long.
"""

from __future__ import annotations

from greenlet import GreenletExit

from runtime.lua.args import bad_argument, check_function
from runtime.lua.calls import at_limit, get_depth, set_depth, settle
from runtime.lua.caught import lua_error
from runtime.lua.errors import LuaError, fault
from runtime.lua.frames import where
from runtime.lua.generators import advance, makes_generator, returned
from runtime.lua.greenlets import attribute, current, switch
from runtime.lua.strands import Strand, abandon, lua_greenlet, running_strand
from runtime.lua.table import Table
from runtime.lua.userdata import Userdata

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from greenlet import greenlet

    from runtime.lua.types import LuaFunction, LuaValue, Results

_SUSPENDED, _RUNNING, _NORMAL, _DEAD = range(4)
_STATES = ("suspended", "running", "normal", "dead")


class _Root:
    """What the body of a coroutine yields when it needs a stack of its own; no Lua value."""


ROOT = _Root()


class Coroutine(Userdata):
    """A coroutine made by `coroutine.create` or `coroutine.wrap`."""

    __slots__ = (
        "body",
        "failed",
        "generator",
        "greenlet",
        "nursery",
        "outside",
        "resumer",
        "status",
        "strand",
        "values",
    )
    lua_name = "thread"
    lua_type = "thread"

    def __init__(self, body):  # type: ignore[no-untyped-def]
        self.body: LuaFunction | None = body
        self.status = _SUSPENDED
        # The body under way, while it has no greenlet.
        self.generator: Any = None
        # Made by the first resume, or when a generator asks for it.
        self.greenlet: Any = None
        self.strand: Strand = Strand(None)
        # The greenlet that resumed it last, which is its own one's parent, and the strand of that.
        self.resumer: greenlet | None = None
        self.outside: Strand | None = None
        # Where its greenlet is noted, so that it ends with the process that made it; None for one that ends with none.
        self.nursery: set[greenlet] | None = None
        # What a resume hands in, as a tuple, and what a yield or the end hands out, as results or as the error.
        self.values: Any = None
        self.failed = False

    def __del__(self):  # type: ignore[no-untyped-def]
        """Unwind what nobody can resume any more."""
        if self.status != _SUSPENDED or self.greenlet is None or self.strand.abandoned:
            return
        if self.nursery is not None:
            self.nursery.discard(self.greenlet)
        try:
            abandon(self.greenlet)
        except Exception:  # noqa: BLE001, S110
            pass  # a garbage collection in another thread, or Python ends: greenlet does it by its own means

    def lua_tostring(self):  # type: ignore[no-untyped-def]
        """Give `thread: 0x...`."""
        return f"thread: 0x{id(self):012x}"

    def state(self):  # type: ignore[no-untyped-def]
        """Give what `coroutine.status` says."""
        if self.status == _SUSPENDED and self.strand.abandoned:
            self.status = _DEAD  # by the end of its process
        return _STATES[self.status]

    def resume(self, args):  # type: ignore[no-untyped-def]
        """Run until the next yield or the end; give the results; raise LuaError when it fails or cannot be resumed."""
        if self.status != _SUSPENDED or self.strand.abandoned:
            raise LuaError(f"cannot resume {'dead' if self.state() == 'dead' else 'non-suspended'} coroutine")
        if at_limit():
            raise fault("stack overflow")
        if self.greenlet is None and (self.generator is not None or makes_generator(self.body)):
            results = self.step(args)
            if results is not ROOT:
                return results
            args = (True,)
        return self.switch_to(args)

    def step(self, args):  # type: ignore[no-untyped-def]
        """Run the generator on this stack until it yields or ends; give the results, or ROOT."""
        value = None
        if self.generator is None:
            body: Any = self.body
            self.body = None
            self.generator = body(*args)
        else:
            value = args[0] if len(args) == 1 else args
        failure = None
        self.status = _RUNNING
        depth = get_depth()
        set_depth(depth + 1)
        try:
            results = advance(self.generator, value)
        except Exception as error:  # noqa: BLE001  (as in `_run`)
            failure = lua_error(error)
        except BaseException:
            self.finish()
            raise
        finally:
            set_depth(depth)
        if failure is not None:
            self.finish()
            raise failure
        if returned():
            self.finish()
        else:
            self.status = _SUSPENDED
        return results

    def finish(self):  # type: ignore[no-untyped-def]
        """Be over without ever having had a greenlet."""
        self.status = _DEAD
        self.generator = None

    def switch_to(self, args):  # type: ignore[no-untyped-def]
        """Run in the coroutine's own greenlet until the next yield or the end; give the results or raise the error."""
        here = current()
        if self.resumer is not here:
            self.come_from(here)
        resumed_by = None
        if self.outside is not None:
            self.strand.owner = self.outside.owner
            resumed_by = self.outside.thread
            if resumed_by is not None:
                resumed_by.status = _NORMAL
        self.strand.thread = self
        self.status = _RUNNING
        self.values = args
        depth = get_depth()
        set_depth(depth + 1)
        try:
            switch(self.greenlet)
        finally:
            set_depth(depth)
            if resumed_by is not None:
                resumed_by.status = _RUNNING
        values = self.values
        self.values = None
        if self.failed:
            self.failed = False
            raise values
        return values

    def come_from(self, here):  # type: ignore[no-untyped-def]
        """Note that another greenlet than last time resumes it; the first time, make its own."""
        self.resumer = here
        self.outside = attribute(here, "strand")
        if self.greenlet is not None:
            self.greenlet.parent = here
            return
        self.greenlet = lua_greenlet(_run, self.strand, here)
        if self.nursery is not None:
            self.nursery.add(self.greenlet)

    def end(self, values, failed):  # type: ignore[no-untyped-def]
        """Be over, with the results or the error."""
        self.values = values
        self.failed = failed
        self.status = _DEAD
        self.strand.thread = self.strand.owner = None
        if self.nursery is not None:
            self.nursery.discard(self.greenlet)
        self.greenlet = self.resumer = self.outside = None


def _run():  # type: ignore[no-untyped-def]
    """Run the body of a coroutine; hold no reference to it, see Strand."""
    strand = running_strand()
    thread = strand.thread
    body = thread.body
    generator = thread.generator
    args = thread.values
    thread.body = thread.generator = None
    thread = None
    failed = False
    try:
        results = settle(body(*args) if generator is None else _carry_on(strand, generator))
    except GreenletExit:
        set_depth(strand.outer_depth)
        return
    except Exception as error:  # noqa: BLE001  (whatever it is, it belongs to the resumer)
        results = lua_error(error)
        failed = True
    except BaseException:
        thread = strand.thread
        thread.end((), False)
        raise
    thread = strand.thread
    thread.end(results, failed)


def _carry_on(strand, generator):  # type: ignore[no-untyped-def]
    """Run to its end, in the greenlet of a coroutine, a generator that has asked for one; give what it returns."""
    results = True
    while True:
        results = advance(generator, results)
        if returned():
            return results
        results = _yield(strand, results)


def _suspend(strand, values):  # type: ignore[no-untyped-def]
    """Make the coroutine that runs a suspended one that hands over results; give whom to switch to."""
    thread = strand.thread
    thread.values = values
    thread.status = _SUSPENDED
    strand.thread = None
    return thread.resumer


def _yield(strand, values):  # type: ignore[no-untyped-def]
    """Hand results to the resumer and wait to be resumed; give the arguments of that resume as results."""
    depth = get_depth()
    resumer = _suspend(strand, values)
    values = None
    try:
        switch(resumer)
        if strand.abandoned:
            raise GreenletExit
    except GreenletExit:
        # The calls that now unwind count down a depth that is somebody else's: see `_run`.
        strand.outer_depth = get_depth()
        set_depth(depth)
        raise
    set_depth(depth)
    thread = strand.thread
    args = thread.values
    return args[0] if len(args) == 1 else args


def _made(body):  # type: ignore[no-untyped-def]
    """Make a coroutine of the running process."""
    thread = Coroutine(body)
    strand = running_strand()
    if strand is not None and strand.owner is not None:
        thread.nursery = strand.owner.nursery()
    return thread


class Wrapped:
    """The function that `coroutine.wrap` gives."""

    __slots__ = ("thread",)

    def __init__(self, thread):  # type: ignore[no-untyped-def]
        self.thread: Coroutine = thread

    def __call__(self, *args):  # type: ignore[no-untyped-def]
        """Resume."""
        return self.resume(args)

    def resume(self, args):  # type: ignore[no-untyped-def]
        """Resume with a tuple of arguments."""
        status = self.thread.status
        if status == _RUNNING or status == _NORMAL:
            raise LuaError(where() + "cannot resume non-suspended coroutine")
        return self.thread.resume(args)


def create(body: LuaValue = None, *_: LuaValue) -> Coroutine:
    """coroutine.create(f)"""
    return _made(check_function(body, 1, "create"))  # type: ignore[no-any-return]


def resume(thread: LuaValue = None, *args: LuaValue) -> Results:
    """coroutine.resume(co, ...)"""
    if not isinstance(thread, Coroutine):
        raise bad_argument(1, "resume", "thread expected")
    return _resumed(thread, args)


def _resumed(thread, args):  # type: ignore[no-untyped-def]
    try:
        results = thread.resume(args)
    except LuaError as error:
        return (False, error.value)
    if type(results) is not tuple:
        return (True, results)
    return (True, *results) if results else True


def wrap(body: LuaValue = None, *_: LuaValue) -> LuaFunction:
    """coroutine.wrap(f)"""
    return Wrapped(_made(check_function(body, 1, "wrap")))


# Tells `coroutine.yield()` from `coroutine.yield(nil)`.
_NOTHING = object()


def yield_(value: LuaValue = _NOTHING, *more: LuaValue) -> Results:
    """coroutine.yield(...)"""
    strand = running_strand()
    if strand is not None and strand.thread is not None:
        if not more:
            return _yield(strand, () if value is _NOTHING else value)
        return _yield(strand, (value, *more))
    if strand is None or strand.owner is None or task_yield is None:
        raise fault("attempt to yield from outside a coroutine")
    task_yield()
    return ()


# Gives way from the coroutine of a process itself (one not made by `create`); set by `runtime.process`.
task_yield: LuaFunction | None = None


def status(thread: LuaValue = None, *_: LuaValue) -> str:
    """coroutine.status(co)"""
    if not isinstance(thread, Coroutine):
        raise bad_argument(1, "status", "thread expected")
    return thread.state()  # type: ignore[no-any-return]


def running(*_: LuaValue) -> Results:
    """coroutine.running()"""
    strand = running_strand()
    if strand is None:
        return (MainThread(), True)
    if strand.thread is not None:
        return (strand.thread, False)
    if strand.main is None:
        strand.main = MainThread()
    return (strand.main, True)


class MainThread(Coroutine):
    """The thread that `coroutine.running` gives outside any coroutine."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(None)  # type: ignore[no-untyped-call]
        self.status = _RUNNING


def isyieldable(*_: LuaValue) -> bool:
    """coroutine.isyieldable()"""
    strand = running_strand()
    return strand is not None and (strand.thread is not None or strand.owner is not None)


# What processes add to the library, before the first environment is made.
EXTRA: dict[str, LuaFunction] = {}


def library() -> Table:
    """Give the `coroutine` table."""
    functions: dict[str, LuaValue] = {
        "create": create,
        "isyieldable": isyieldable,
        "resume": resume,
        "running": running,
        "status": status,
        "wrap": wrap,
        "yield": yield_,
        **EXTRA,
    }
    return Table.from_dict(functions)
