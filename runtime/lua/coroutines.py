"""Coroutines: each is a greenlet, so that a yield works at any depth, in metamethods, iterators, `pcall`.

A coroutine that waits for something outside (a channel, a socket) switches to the hub by itself and is switched back to
directly; the one that resumed it sleeps meanwhile, as if the resume took long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from greenlet import getcurrent, greenlet

from runtime.lua.args import check_function, wrong_type
from runtime.lua.calls import at_limit, get_depth, many, pack, set_depth
from runtime.lua.caught import lua_error
from runtime.lua.errors import LuaError, fault
from runtime.lua.frames import where
from runtime.lua.table import Table
from runtime.lua.userdata import Userdata

if TYPE_CHECKING:
    from runtime.lua.types import LuaFunction, LuaValue, Results

_SUSPENDED, _RUNNING, _NORMAL, _DEAD = "suspended", "running", "normal", "dead"


class LuaGreenlet(greenlet):
    """A greenlet that runs Lua code; `owner` is the task it belongs to, inherited by the coroutines that it creates."""

    owner: Any = None
    coroutine: Coroutine | None = None


class Coroutine(Userdata):
    """A coroutine made by `coroutine.create` or `coroutine.wrap`."""

    __slots__ = ("body", "greenlet", "outcome", "resumer", "status")
    lua_name = "thread"
    lua_type = "thread"

    def __init__(self, body: LuaFunction) -> None:
        self.body = body
        self.status = _SUSPENDED
        self.greenlet: LuaGreenlet | None = None
        self.resumer: greenlet | None = None
        # What the coroutine hands to its resumer: (True, values) for a yield or the end, (False, error).
        self.outcome: tuple[bool, Any] = (True, ())

    def lua_tostring(self) -> str:
        """Give `thread: 0x...`."""
        return f"thread: 0x{id(self):012x}"

    def resume(self, args: tuple[LuaValue, ...]) -> tuple[LuaValue, ...]:
        """Run until the next yield or the end; give the values; raise LuaError when it fails or cannot be resumed."""
        if self.status is not _SUSPENDED:
            state = "non-suspended" if self.status is not _DEAD else "dead"
            raise LuaError(f"cannot resume {state} coroutine")
        depth = get_depth()
        if at_limit():
            raise fault("stack overflow")
        current = getcurrent()
        resumed_by = getattr(current, "coroutine", None)
        self.resumer = current
        if self.greenlet is None:
            self.greenlet = LuaGreenlet(self._run)
            self.greenlet.owner = getattr(current, "owner", None)
            self.greenlet.coroutine = self
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
        if not ok:
            raise payload
        return payload  # type: ignore[no-any-return]

    def _run(self, args: tuple[LuaValue, ...]) -> None:
        try:
            self.outcome = (True, many(self.body(*args)))
        except Exception as error:  # noqa: BLE001  (whatever it is, it belongs to the resumer)
            self.outcome = (False, lua_error(error))
        self.status = _DEAD

    def yield_(self, values: tuple[LuaValue, ...]) -> tuple[LuaValue, ...]:
        """Hand values to the resumer and wait to be resumed; give the arguments of that resume."""
        depth = get_depth()
        resumer = self.resumer
        assert resumer is not None, "a running coroutine has a resumer"
        self.outcome = (True, values)
        self.status = _SUSPENDED
        args: tuple[LuaValue, ...] = resumer.switch()
        set_depth(depth)
        return args


def create(body: LuaValue = None, *_: LuaValue) -> Coroutine:
    """coroutine.create(f)"""
    return Coroutine(check_function(body, 1, "create"))


def resume(thread: LuaValue = None, *args: LuaValue) -> Results:
    """coroutine.resume(co, ...)"""
    if not isinstance(thread, Coroutine):
        raise wrong_type(1, "resume", "coroutine", thread)
    try:
        return (True, *thread.resume(args))
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
    current = getcurrent()
    thread = getattr(current, "coroutine", None)
    if thread is None:
        if task_yield is None or getattr(current, "owner", None) is None:
            raise fault("attempt to yield from outside a coroutine")
        task_yield()
        return ()
    return pack(thread.yield_(values))


# Gives way from the coroutine of a process itself (one not made by `create`); set by `runtime.process`.
task_yield: LuaFunction | None = None


def status(thread: LuaValue = None, *_: LuaValue) -> str:
    """coroutine.status(co)"""
    if not isinstance(thread, Coroutine):
        raise wrong_type(1, "status", "coroutine", thread)
    return thread.status


def running(*_: LuaValue) -> Results:
    """coroutine.running()"""
    current = getcurrent()
    thread = getattr(current, "coroutine", None)
    if thread is not None:
        return (thread, False)
    return (_main_thread(current), True)


class MainThread(Coroutine):
    """The thread that `coroutine.running` gives outside any coroutine."""

    __slots__ = ()


def _main_thread(current: Any) -> MainThread:
    main: MainThread | None = getattr(current, "main_thread", None)
    if main is None:
        main = MainThread(lambda: ())
        main.status = _RUNNING
        if isinstance(current, LuaGreenlet):
            current.main_thread = main  # type: ignore[attr-defined]
    return main


def isyieldable(*_: LuaValue) -> bool:
    """coroutine.isyieldable()"""
    current = getcurrent()
    return getattr(current, "coroutine", None) is not None or getattr(current, "owner", None) is not None


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
