"""Coroutines: each is a greenlet, so that a yield works at any depth, in metamethods, iterators, `pcall`.

A coroutine that waits for something outside (a channel, a socket) switches to the hub by itself and is switched back to
directly; the one that resumed it sleeps meanwhile, as if the resume took long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import ref

from greenlet import GreenletExit, getcurrent, greenlet

from runtime.lua.args import bad_argument, check_function
from runtime.lua.calls import at_limit, get_depth, many, pack, set_depth
from runtime.lua.caught import lua_error
from runtime.lua.errors import LuaError, fault
from runtime.lua.frames import where
from runtime.lua.table import Table
from runtime.lua.userdata import Userdata

if TYPE_CHECKING:
    from collections.abc import Callable
    from weakref import WeakSet

    from runtime.lua.types import LuaFunction, LuaValue, Results

_SUSPENDED, _RUNNING, _NORMAL, _DEAD = "suspended", "running", "normal", "dead"


class LuaGreenlet(greenlet):
    """A greenlet that runs Lua code; `owner` is the task it belongs to, that of whoever resumed it last.

    `thread` refers weakly to the coroutine that it is the greenlet of: a suspended greenlet is invisible to the garbage
    collector, so nothing that it holds may hold it. Then a coroutine that nobody can resume any more is freed at once,
    unless its own local variables refer to it; such a one lives until its process ends.
    """

    owner: Any = None
    thread: Callable[[], Coroutine | None] | None = None
    main_thread: MainThread | None = None
    # The nesting of C calls in whoever abandoned it.
    outer_depth = 0

    def abandon(self) -> None:
        """End a suspended coroutine for good; nothing for one that runs, waits or is over."""
        thread = self.thread() if self.thread is not None else None
        if self and (thread is None or thread.status is _SUSPENDED):
            self.parent = getcurrent()
            self.throw()
            if thread is not None:
                thread.status = _DEAD


class Coroutine(Userdata):
    """A coroutine made by `coroutine.create` or `coroutine.wrap`."""

    __slots__ = ("body", "greenlet", "nursery", "outcome", "resumer", "status")
    lua_name = "thread"
    lua_type = "thread"

    def __init__(self, body: LuaFunction) -> None:
        self.body: LuaFunction | None = body
        self.status = _SUSPENDED
        self.greenlet: LuaGreenlet | None = None
        self.resumer: greenlet | None = None
        # Where its greenlet is noted, so that it ends with the process that made it; None for one that ends with none.
        owner = getattr(getcurrent(), "owner", None)
        self.nursery: WeakSet[LuaGreenlet] | None = owner.nursery() if owner is not None else None
        # What the coroutine hands to its resumer: (True, values) for a yield or the end, (False, error).
        self.outcome: tuple[bool, Any] = (True, ())

    def lua_tostring(self) -> str:
        """Give `thread: 0x...`."""
        return f"thread: 0x{id(self):012x}"

    def state(self) -> str:
        """Give what `coroutine.status` says."""
        return self.status

    def resume(self, args: tuple[LuaValue, ...]) -> tuple[LuaValue, ...]:
        """Run until the next yield or the end; give the values; raise LuaError when it fails or cannot be resumed."""
        if self.status is not _SUSPENDED:
            state = "non-suspended" if self.status is not _DEAD else "dead"
            raise LuaError(f"cannot resume {state} coroutine")
        depth = get_depth()
        if at_limit():
            raise fault("stack overflow")
        current = getcurrent()
        resumed_by = running_coroutine()
        self.resumer = current
        if self.greenlet is None:
            args = self._begin(args)
        assert self.greenlet is not None
        self.greenlet.owner = getattr(current, "owner", None)
        self.greenlet.parent = current
        self.status = _RUNNING
        if resumed_by is not None:
            resumed_by.status = _NORMAL
        set_depth(depth + 1)
        try:
            self.greenlet.switch(args)
        finally:
            set_depth(depth)
            self.resumer = None
            if resumed_by is not None:
                resumed_by.status = _RUNNING
        ok, payload = self.outcome
        self.outcome = (True, ())
        if not ok:
            raise payload
        return payload  # type: ignore[no-any-return]

    def _begin(self, args: tuple[LuaValue, ...]) -> tuple[LuaValue, ...]:
        """Make the greenlet; give what to switch to it with."""
        self.greenlet = LuaGreenlet(_run)
        self.greenlet.thread = ref(self)
        if self.nursery is not None:
            self.nursery.add(self.greenlet)
        body, self.body = self.body, None
        return (body, *args)


def running_coroutine() -> Coroutine | None:
    """Give the coroutine that runs, None outside any."""
    thread = getattr(getcurrent(), "thread", None)
    return thread() if thread is not None else None


def _run(given: tuple[LuaValue, ...]) -> None:
    """Run the body of a coroutine; hold no reference to it, see LuaGreenlet."""
    try:
        outcome = (True, many(given[0](*given[1:])))
    except GreenletExit:
        set_depth(getattr(getcurrent(), "outer_depth", 0))
        return
    except Exception as error:  # noqa: BLE001  (whatever it is, it belongs to the resumer)
        outcome = (False, lua_error(error))
    except BaseException:
        _end((True, ()))
        raise
    _end(outcome)


def _end(outcome: tuple[bool, Any]) -> None:
    thread = running_coroutine()
    assert thread is not None, "whoever resumed it holds it"
    thread.outcome = outcome
    thread.status = _DEAD


def _suspend(values: tuple[LuaValue, ...]) -> greenlet:
    """Make the running coroutine a suspended one that hands over values; give whom to switch to."""
    thread = running_coroutine()
    assert thread is not None
    assert thread.resumer is not None, "a running coroutine has a resumer"
    thread.outcome = (True, values)
    thread.status = _SUSPENDED
    return thread.resumer


def _yield(values: tuple[LuaValue, ...]) -> tuple[LuaValue, ...]:
    """Hand values to the resumer and wait to be resumed; give the arguments of that resume."""
    depth = get_depth()
    resumer = _suspend(values)
    del values
    try:
        args: tuple[LuaValue, ...] = resumer.switch()
    except GreenletExit:
        # Abandoned. The calls that now unwind count down a depth that is somebody else's: see `_run`.
        getcurrent().outer_depth = get_depth()  # type: ignore[attr-defined]
        set_depth(depth)
        raise
    set_depth(depth)
    return args


def create(body: LuaValue = None, *_: LuaValue) -> Coroutine:
    """coroutine.create(f)"""
    return Coroutine(check_function(body, 1, "create"))


def resume(thread: LuaValue = None, *args: LuaValue) -> Results:
    """coroutine.resume(co, ...)"""
    if not isinstance(thread, Coroutine):
        raise bad_argument(1, "resume", "thread expected")
    try:
        return pack((True, *thread.resume(args)))
    except LuaError as error:
        return (False, error.value)


def wrap(body: LuaValue = None, *_: LuaValue) -> LuaFunction:
    """coroutine.wrap(f)"""
    thread = Coroutine(check_function(body, 1, "wrap"))

    def wrapped(*args: LuaValue) -> Results:
        try:
            return pack(thread.resume(args))
        except LuaError as error:
            # As the reference: an error message that is a string is told where the wrapped function was called.
            if thread.greenlet is None or not thread.greenlet.dead or not isinstance(error.value, str):
                if isinstance(error.value, str) and error.value.startswith("cannot resume"):
                    raise LuaError(where() + error.value) from None
                raise
            raise LuaError(error.value, error.frames) from None

    return wrapped


def yield_(*values: LuaValue) -> Results:
    """coroutine.yield(...)"""
    if getattr(getcurrent(), "thread", None) is None:
        if task_yield is None or getattr(getcurrent(), "owner", None) is None:
            raise fault("attempt to yield from outside a coroutine")
        task_yield()
        return ()
    return pack(_yield(values))


# Gives way from the coroutine of a process itself (one not made by `create`); set by `runtime.process`.
task_yield: LuaFunction | None = None


def status(thread: LuaValue = None, *_: LuaValue) -> str:
    """coroutine.status(co)"""
    if not isinstance(thread, Coroutine):
        raise bad_argument(1, "status", "thread expected")
    return thread.state()


def running(*_: LuaValue) -> Results:
    """coroutine.running()"""
    thread = running_coroutine()
    if thread is not None:
        return (thread, False)
    return (_main_thread(getcurrent()), True)


class MainThread(Coroutine):
    """The thread that `coroutine.running` gives outside any coroutine."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(lambda: ())
        self.status = _RUNNING


def _main_thread(current: greenlet) -> MainThread:
    main: MainThread | None = getattr(current, "main_thread", None)
    if main is None:
        main = MainThread()
        if isinstance(current, LuaGreenlet):
            current.main_thread = main
    return main


def isyieldable(*_: LuaValue) -> bool:
    """coroutine.isyieldable()"""
    current = getcurrent()
    return getattr(current, "thread", None) is not None or getattr(current, "owner", None) is not None


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
