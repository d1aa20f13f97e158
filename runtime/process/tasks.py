"""Tasks: the coroutines of a process that the scheduler knows, each a greenlet whose parent is the hub."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gevent import get_hub

from runtime.binding import Failure
from runtime.lua.calls import set_depth, settle
from runtime.lua.caught import lua_error
from runtime.lua.coroutines import MainThread
from runtime.lua.errors import LuaError
from runtime.lua.greenlets import attribute
from runtime.lua.strands import Strand, lua_greenlet, running_owner

if TYPE_CHECKING:
    from greenlet import greenlet

    from runtime.lua.types import LuaFunction, LuaValue, Results
    from runtime.process.process import Process


class ProcessExit(BaseException):
    """Unwinds a task that is being ended; not an Exception, so that no `pcall` stops it."""


class Task:
    """A coroutine of a process.

    `parked` is the greenlet to switch to when the task goes on: its own, or that of a Lua coroutine that waits inside
    it; None while it runs or waits by gevent's own means. `wake` is the value that it then gets.
    """

    __slots__ = ("__weakref__", "arguments", "body", "dead", "greenlet", "parked", "process", "wake")

    def __init__(self, process: Process, body: LuaFunction, arguments: tuple[LuaValue, ...]) -> None:
        self.process = process
        self.body = body
        self.arguments = arguments
        self.dead = False
        self.greenlet: greenlet | None = lua_greenlet(self._run, Strand(self), get_hub())
        self.parked: greenlet | None = self.greenlet
        self.wake: Any = None

    def nursery(self) -> set[greenlet] | None:
        """Give the set of Lua coroutines that one made now belongs to; None while it is to outlive the process."""
        return self.process.nursery()

    def show_as(self, thread: Thread) -> None:
        """Set what `coroutine.running` gives in it."""
        assert self.greenlet is not None, "a new task has not run yet"
        attribute(self.greenlet, "strand").main = thread

    def _run(self, _wake: object = None) -> None:
        set_depth(0)
        try:
            self.process.task_done(self, settle(apply(self.body, self.arguments)))
        except ProcessExit:
            pass
        except Failure as failure:
            self.process.task_failed(LuaError(failure.to_error()))
        except Exception as error:  # noqa: BLE001  (whatever it is, it ends the process)
            self.process.task_failed(lua_error(error))
        finally:
            self._over()

    def _over(self) -> None:
        self.dead = True
        self.process.forget(self)
        self.body, self.arguments = _nothing, ()
        self.greenlet = None  # it has this task as its owner: without the circle both are freed at once

    def throw(self, error: type[BaseException]) -> None:
        """Raise in the task, wherever it is parked; called from the hub.

        One that waits by gevent's own means, for a thread or a socket, is left alone, for the host code that waits may
        hold a lock; `traps.rejoin` ends it when the wait is over.
        """
        parked, self.parked = self.parked, None
        if parked is None or parked.dead:
            return
        if parked is self.greenlet and not parked:
            self._over()  # it never ran: nothing to unwind
        else:
            parked.throw(error)


class Thread(MainThread):
    """What Lua sees of a task: the result of `coroutine.spawn`, and of `coroutine.running` in it."""

    __slots__ = ("_task",)

    def __init__(self, task: Task) -> None:
        super().__init__()
        self._task = task

    def state(self) -> str:
        """What `coroutine.status` says."""
        if self._task.dead:
            return "dead"
        return "running" if current_task() is self._task else "suspended"

    def resume(self, _args: tuple[LuaValue, ...]) -> tuple[LuaValue, ...]:
        """Refuse: only the scheduler resumes a task."""
        raise LuaError(f"cannot resume {'dead' if self._task.dead else 'non-suspended'} coroutine")


def apply(body: LuaFunction, arguments: tuple[LuaValue, ...]) -> Results:
    """Call with a tuple of arguments.

    PERF: a call with its arguments spelt out nests in Python's own frames; one with a tuple keeps 600 bytes of C stack
    for as long as the body waits.
    """
    if not arguments:
        return body()
    if len(arguments) == 1:
        return body(arguments[0])
    if len(arguments) == 2:
        return body(arguments[0], arguments[1])
    return body(*arguments)


def _nothing(*_: LuaValue) -> tuple[()]:
    """Do nothing: the body of a task that is over."""
    return ()


def current_task() -> Task | None:
    """Give the task that runs, None outside Lua processes."""
    owner = running_owner()
    return owner if isinstance(owner, Task) else None
