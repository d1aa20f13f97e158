"""A process: an isolated actor with its own globals, tasks and mailbox."""

from __future__ import annotations

import logging
from collections import deque
from typing import TYPE_CHECKING, Any

from runtime.lua.calls import first
from runtime.lua.caught import lua_error
from runtime.lua.errors import Error, Kind, LuaError
from runtime.process.completion import Completion, Outcome
from runtime.process.mailbox import Mailbox
from runtime.process.tasks import ProcessExit, Task
from runtime.process.transfer import copy_value

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.lua.types import LuaFunction, LuaValue
    from runtime.process.context import CallContext
    from runtime.process.message import Envelope
    from runtime.process.pid import Pid

log = logging.getLogger("wippy.process")


class Process:
    """What runs one entry once: a process proper, or one call of a function.

    `source` is the id of the entry. `ready` and `preempted` belong to the scheduler. `ending` is set when the outcome
    is decided; `finish`, on the hub, then unwinds what is left.
    """

    __slots__ = (
        "__weakref__",
        "cleanups",
        "completion",
        "context",
        "ending",
        "finished",
        "mailbox",
        "main",
        "node",
        "outcome",
        "pid",
        "preempted",
        "queued",
        "ready",
        "source",
        "tasks",
        "trap_links",
    )

    def __init__(self, node: Any, pid: Pid, source: str, context: CallContext) -> None:
        self.node = node
        self.pid = pid
        self.source = source
        self.context = context
        self.mailbox = Mailbox()
        self.ready: deque[Task] = deque()
        self.tasks: set[Task] = set()
        self.main: Task | None = None
        self.preempted: Task | None = None
        self.queued = False
        self.ending = False
        self.finished = False
        self.outcome = Outcome()
        self.completion = Completion()
        self.cleanups: list[Callable[[], None]] | None = None
        self.trap_links = False

    def start(self, body: LuaFunction, arguments: tuple[LuaValue, ...]) -> None:
        """Make the main task and queue it."""
        self.main = self.add_task(body, arguments)

    def add_task(self, body: LuaFunction, arguments: tuple[LuaValue, ...] = ()) -> Task:
        """Make a task and queue it."""
        task = Task(self, body, arguments)
        self.tasks.add(task)
        self.node.scheduler.ready(task)
        return task

    def deliver(self, envelope: Envelope) -> None:
        """Receive a message; a process that is ending drops it."""
        if not self.ending:
            self.mailbox.deliver(envelope)

    def on_exit(self, cleanup: Callable[[], None]) -> None:
        """Run a function when the process is over, the last one registered first."""
        if self.cleanups is None:
            self.cleanups = []
        self.cleanups.append(cleanup)

    # --- the end ----------------------------------------------------------------------------------

    def task_done(self, task: Task, results: LuaValue) -> None:
        """Take the end of a task; that of the main one ends the process (semantics 2.2)."""
        self.tasks.discard(task)
        if task is self.main:
            self.end(_outcome(results))

    def task_failed(self, task: Task, error: LuaError) -> None:
        """Take an uncaught error, which ends the process whichever task it is of."""
        self.tasks.discard(task)
        self.end(Outcome(error=error))

    def end(self, outcome: Outcome) -> None:
        """Decide how the process ends; the first decision stands."""
        if self.ending:
            return
        self.ending = True
        self.outcome = outcome
        self.node.scheduler.enqueue(self)

    def terminate(self, message: str = "process terminated", kind: str = Kind.INTERNAL) -> None:
        """End from outside, at the next opportunity; a running loop is interrupted by the scheduler's timer."""
        self.end(Outcome(error=LuaError(Error(message, kind, retryable=False))))

    def finish(self) -> None:
        """Unwind the tasks that are left, release what the process holds, tell those who wait; runs on the hub."""
        if self.finished:
            return
        self.finished = True
        for task in list(self.tasks):
            try:
                task.throw(ProcessExit)
            except ProcessExit:
                pass
        self.tasks.clear()
        self.ready.clear()
        self.preempted = None
        for cleanup in reversed(self.cleanups or ()):
            try:
                cleanup()
            except Exception as error:
                log.exception("releasing a resource of %s failed: %s", self.source, lua_error(error))
        self.node.processes.ended(self)
        self.completion.set(self.outcome)


def _outcome(results: LuaValue) -> Outcome:
    """Read the results of a function: a second one that is a string or an error object means failure (dialect)."""
    value = first(results)
    if isinstance(results, tuple) and len(results) > 1:
        second = results[1]
        if isinstance(second, Error):
            return Outcome(error=LuaError(second))
        if isinstance(second, str):
            return Outcome(error=LuaError(Error(second, Kind.INTERNAL, retryable=False)))
    return Outcome(value=copy_value(value))
