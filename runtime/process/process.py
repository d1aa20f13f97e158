"""A process: an isolated actor with its own globals, tasks and mailbox."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from runtime.lua.errors import Error, Kind, LuaError
from runtime.lua.strands import abandon
from runtime.process.completion import Completion
from runtime.process.mailbox import Mailbox
from runtime.process.outcome import Outcome, outcome_of
from runtime.process.tasks import ProcessExit, Task

if TYPE_CHECKING:
    from collections.abc import Callable

    from greenlet import greenlet

    from runtime.lua.types import LuaFunction, LuaValue, Results
    from runtime.process.context import CallContext
    from runtime.process.durable import DurableRun
    from runtime.process.message import Envelope
    from runtime.process.pid import Pid

log = logging.getLogger("wippy.process")


class Process:
    """What runs one entry once: a process proper, or one call of a function.

    `source` is the id of the entry. `ready`, `preempted` and `queued` belong to the scheduler. `ending` is set when the
    outcome is decided, `forced` when it was decided from outside; `finish`, on the hub, then unwinds what is left.
    `run` is what makes the process durable; None for all but those that carry out a workflow.
    """

    __slots__ = (
        "__weakref__",
        "_cleanups",
        "_coroutines",
        "_others",
        "_successor",
        "completion",
        "context",
        "ending",
        "finished",
        "forced",
        "loading",
        "mailbox",
        "main",
        "node",
        "outcome",
        "pid",
        "preempted",
        "queued",
        "ready",
        "run",
        "source",
        "trap_links",
        "upgradable",
    )

    def __init__(self, node: Any, pid: Pid, source: str, context: CallContext) -> None:
        self.node = node
        self.pid = pid
        self.source = source
        self.context = context
        self.mailbox = Mailbox()
        self.ready: list[Task] = []
        # The tasks beside the main one; made when first needed.
        self._others: set[Task] | None = None
        self.main: Task | None = None
        self.preempted: Task | None = None
        self.queued = False
        self.ending = False
        self.finished = False
        self.forced = False
        self.loading = False
        self.outcome = Outcome()
        self.completion = Completion()
        # What to release at the end, by a key that only the undoing of the request knows; made when first needed.
        self._cleanups: dict[object, Callable[[], None]] | None = None
        self._coroutines: set[greenlet] | None = None
        # What the process goes on as when it has been unwound: the id of an entry, and its body.
        self._successor: tuple[str, LuaFunction] | None = None
        self.trap_links = False
        self.upgradable = False
        self.run: DurableRun | None = None

    def start(self, body: LuaFunction, arguments: tuple[LuaValue, ...]) -> None:
        """Make the main task and queue it."""
        self.main = Task(self, body, arguments)
        self.node.scheduler.ready(self.main)

    def add_task(self, body: LuaFunction, arguments: tuple[LuaValue, ...] = ()) -> Task:
        """Make one more task and queue it."""
        task = Task(self, body, arguments)
        if self._others is None:
            self._others = set()
        self._others.add(task)
        self.node.scheduler.ready(task)
        return task

    @property
    def tasks(self) -> list[Task]:
        """List the tasks that are not over."""
        main = [self.main] if self.main is not None and not self.main.dead else []
        return [*main, *(self._others or ())]

    def forget(self, task: Task) -> None:
        """Take note that a task is over."""
        if self._others is not None:
            self._others.discard(task)

    def nursery(self) -> set[greenlet] | None:
        """Give the set of the Lua coroutines that end with the process; None while it loads code that outlives it."""
        if self._coroutines is None and not self.loading:
            self._coroutines = set()
        return self._coroutines

    def next_task(self) -> Task | None:
        """Give the task whose turn it is, None when all wait: a preempted one first, then in order of readiness."""
        task, self.preempted = self.preempted, None
        if task is not None:
            return task
        while self.ready:
            task = self.ready.pop(0)
            if task.parked is not None and not task.dead:
                return task
        return None

    def deliver(self, envelope: Envelope) -> None:
        """Receive a message; a process that is ending drops it."""
        if not self.ending:
            self.mailbox.deliver(envelope)

    def on_exit(self, cleanup: Callable[[], None]) -> Callable[[], None]:
        """Run a function on the hub when the process is over, the last one registered first; it must not wait.

        The result takes the request back. If the process is over already, for host code may outlive it, the function
        runs at once.
        """
        if self.finished:
            self._clean(cleanup)
            return _nothing
        if self._cleanups is None:
            self._cleanups = {}
        key = object()
        self._cleanups[key] = cleanup
        return lambda: self._forget(key)

    def _forget(self, key: object) -> None:
        if self._cleanups is not None:
            self._cleanups.pop(key, None)

    # --- the end ------------------------------------------------------------------------------------------------------

    def task_done(self, task: Task, results: Results) -> None:
        """Take the end of a task; that of the main one ends the process (semantics 2.2)."""
        if task is self.main:
            self.end(outcome_of(results))

    def task_failed(self, error: LuaError) -> None:
        """Take an uncaught error, which ends the process whichever task it is of."""
        error.__traceback__ = None  # whoever keeps the outcome would keep all local variables with it
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
        if not self.ending:
            self.forced = True
            self.end(Outcome(error=LuaError(Error(message, kind, retryable=False))))

    def upgrade(self, source: str, body: LuaFunction) -> None:
        """Go on as something else after this turn; whoever calls this ends its task with ProcessExit."""
        if not self.ending:
            self._successor = source, body
            self.ending = True
            self.node.scheduler.enqueue(self)

    def _begin_anew(self, source: str, body: LuaFunction) -> None:
        """Start over with the same pid and the messages that nobody has taken; all else of the former life is gone."""
        self._unwind()
        self._release()
        self.mailbox.begin_anew()
        self._coroutines = None
        self.trap_links = self.upgradable = self.ending = False
        self.source = source
        self.start(body, ())

    def finish(self) -> None:
        """Unwind the tasks that are left, release what the process holds, tell those who wait; runs on the hub."""
        successor, self._successor = self._successor, None
        if successor is not None:
            self._begin_anew(*successor)
            return
        if self.finished:
            return
        self.finished = True
        try:
            self._unwind()
            self._release()
            self.node.processes.ended(self)
        finally:
            self.completion.set(self.outcome)

    def _unwind(self) -> None:
        for task in self.tasks:
            task.throw(ProcessExit)
        while self._coroutines:
            abandon(self._coroutines.pop())
        self._others = None
        self.ready.clear()
        self.main = self.preempted = None

    def _release(self) -> None:
        cleanups, self._cleanups = self._cleanups, None
        for cleanup in reversed((cleanups or {}).values()):
            self._clean(cleanup)

    def _clean(self, cleanup: Callable[[], None]) -> None:
        try:
            cleanup()
        except Exception:
            log.exception("releasing a resource of %s failed", self.source)


def _nothing() -> None:
    """Take back what is done already."""
