"""Tasks: the coroutines of a process that the scheduler knows, each a greenlet whose parent is the hub."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gevent import get_hub
from greenlet import getcurrent

from runtime.binding import Failure
from runtime.lua.calls import pack, set_depth, settle
from runtime.lua.caught import lua_error
from runtime.lua.coroutines import Coroutine, LuaGreenlet
from runtime.lua.errors import LuaError

if TYPE_CHECKING:
    from greenlet import greenlet

    from runtime.lua.types import LuaFunction, LuaValue
    from runtime.process.process import Process


class ProcessExit(BaseException):
    """Unwinds a task that is being ended; not an Exception, so that no `pcall` stops it."""


class Thread(Coroutine):
    """What Lua sees of a task: the result of `coroutine.spawn`, and of `coroutine.running` in it."""

    __slots__ = ()


class Task:
    """A coroutine of a process.

    `parked` is the greenlet to switch to when the task goes on: its own, or that of a Lua coroutine that waits inside
    it. `wake` is the value that it then gets.
    """

    __slots__ = ("__weakref__", "arguments", "body", "dead", "greenlet", "parked", "process", "wake")

    def __init__(self, process: Process, body: LuaFunction, arguments: tuple[LuaValue, ...]) -> None:
        self.process = process
        self.body = body
        self.arguments = arguments
        self.dead = False
        self.greenlet = LuaGreenlet(self._run, get_hub())
        self.greenlet.owner = self
        self.parked: greenlet | None = self.greenlet
        self.wake: Any = None

    def _run(self, _wake: object = None) -> None:
        set_depth(0)
        try:
            results = settle(self.body(*self.arguments))
        except ProcessExit:
            self.dead = True
        except Failure as failure:
            self.dead = True
            self.process.task_failed(self, LuaError(failure.to_error()))
        except Exception as error:  # noqa: BLE001  (whatever it is, it ends the process)
            self.dead = True
            self.process.task_failed(self, lua_error(error))
        else:
            self.dead = True
            self.process.task_done(self, pack(results) if isinstance(results, tuple) else results)

    def throw(self, error: type[BaseException]) -> None:
        """Raise in the task, wherever it waits; called from the hub."""
        parked, self.parked = self.parked, None
        if parked is not None and not parked.dead:
            if parked is self.greenlet and not parked:
                self.dead = True  # it never ran: nothing to unwind
                return
            parked.throw(error)


def current_task() -> Task | None:
    """Give the task that runs, None outside Lua processes."""
    owner = getattr(getcurrent(), "owner", None)
    return owner if isinstance(owner, Task) else None
