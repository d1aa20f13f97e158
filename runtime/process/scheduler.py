"""The scheduler: a run queue of processes, drained between turns of the event loop.

A turn of a process runs one of its tasks until that waits, ends, gives way or is preempted. The queue is drained for
`DRAIN` seconds from a zero timer, so that timers and sockets are served between turns whatever the load.

A process that had to be preempted goes to a second queue, which gets one turn for every `SHARE` seconds that the others
have run: turns that take microseconds would otherwise each wait for a whole slice of every endless loop. With nothing
else to run, the second queue runs freely.
"""

from __future__ import annotations

import logging
from collections import deque
from time import perf_counter
from typing import TYPE_CHECKING, Any

from gevent import get_hub

from runtime.lua.errors import Error, Kind, LuaError
from runtime.process.outcome import Outcome

if TYPE_CHECKING:
    from runtime.process.process import Process
    from runtime.process.tasks import Task

log = logging.getLogger("wippy.process")
DRAIN = 0.002
SHARE = 0.005


class Scheduler:
    """Decides which process is next; one for a node, on the hub of the thread that made it."""

    def __init__(self) -> None:
        self.queue: deque[Process] = deque()
        self.hungry: deque[Process] = deque()
        # The task that the scheduler has switched to; None while it does not run, or gevent resumed somebody by itself.
        self.running: Task | None = None
        self._timer = get_hub().loop.timer(0.0)
        self._armed = False
        self._closed = False
        # Seconds that `queue` has run since the last turn of `hungry`.
        self._served = 0.0

    def ready(self, task: Task, wake: Any = None) -> None:
        """Let a waiting task go on, with a value."""
        if task.dead:
            return
        task.wake = wake
        process = task.process
        process.ready.append(task)
        self.enqueue(process)

    def enqueue(self, process: Process) -> None:
        """Put a process that can run, or is to be finished, at the end of the queue it belongs to."""
        if process.queued:
            return
        process.queued = True
        if process.preempted is None or process.ending:
            self.queue.append(process)
        else:
            self.hungry.append(process)
        self._arm()

    def _arm(self) -> None:
        if not self._armed and not self._closed:
            self._armed = True
            self._timer.start(self._drain)

    def _drain(self) -> None:
        self._armed = False
        try:
            self._serve()
        finally:
            if self.queue or self.hungry:
                self._arm()

    def _serve(self) -> None:
        queue, hungry = self.queue, self.hungry
        now = perf_counter()
        deadline = now + DRAIN
        while (queue or hungry) and now <= deadline:
            if hungry and (not queue or self._served >= SHARE):
                self._served = 0.0
                self._turn(hungry.popleft())
                now = perf_counter()
            else:
                self._turn(queue.popleft())
                before, now = now, perf_counter()
                self._served += now - before

    def _turn(self, process: Process) -> None:
        process.queued = False
        try:
            if not process.ending:
                self._run(process)
            if process.ending:
                process.finish()
            elif process.ready or process.preempted is not None:
                self.enqueue(process)
            elif process.run is not None:
                process.run.at_rest()
        except Exception:
            # Of us, not of the program, whose errors end in its tasks. Nobody else shall suffer from it.
            log.exception("internal error: process %s had to be ended", process.source)
            process.end(Outcome(error=LuaError(Error("internal error; the log has the details", Kind.INTERNAL))))
            if not process.finished:
                self.enqueue(process)

    def _run(self, process: Process) -> None:
        task = process.next_task()
        if task is None:
            return
        parked, task.parked = task.parked, None
        assert parked is not None, "a task in the queue is parked"
        wake, task.wake = task.wake, None
        self.running = task
        try:
            parked.switch(wake)
        finally:
            self.running = None

    def close(self) -> None:
        """Stop for good."""
        self._closed = True
        self._timer.stop()
        self._timer.close()
        self.queue.clear()
        self.hungry.clear()
