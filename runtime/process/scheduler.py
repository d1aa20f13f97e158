"""The scheduler: a run queue of processes, drained between turns of the event loop.

A turn of a process runs one of its tasks until that waits, ends, gives way or is preempted. The queue is drained for
`DRAIN` seconds from a zero timer, so that timers and sockets are served between turns whatever the load.

A process that had to be preempted goes to a second queue, which gets one turn for every `SHARE` seconds that the others
have run: turns that take microseconds would otherwise each wait for a whole slice of every endless loop. With nothing
else to run, the second queue runs freely.
"""

from __future__ import annotations

from collections import deque
from time import perf_counter
from typing import TYPE_CHECKING, Any

from gevent import get_hub

from runtime.process.tasks import Task

if TYPE_CHECKING:
    from runtime.process.process import Process

DRAIN = 0.002
SHARE = 0.005


class Scheduler:
    """Decides which process is next; one for a node, on the hub of the thread that made it."""

    def __init__(self) -> None:
        self.queue: deque[Process] = deque()
        self.hungry: deque[Process] = deque()
        # The task that the scheduler has switched to; None while it does not run, or while gevent resumed somebody by
        # itself.
        self.running: Task | None = None
        self._timer = get_hub().loop.timer(0.0)
        self._armed = False
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
        """Put a process that can run at the end of the queue it belongs to."""
        if process.queued:
            return
        process.queued = True
        if process.preempted is None or process.ending:
            self.queue.append(process)
        else:
            self.hungry.append(process)
        if not self._armed:
            self._armed = True
            self._timer.start(self._drain)

    def _drain(self) -> None:
        self._armed = False
        queue, hungry = self.queue, self.hungry
        now = perf_counter()
        deadline = now + DRAIN
        while queue or hungry:
            if hungry and (not queue or self._served >= SHARE):
                self._served = 0.0
                process = hungry.popleft()
                process.queued = False
                self._turn(process)
                now = perf_counter()
            else:
                process = queue.popleft()
                process.queued = False
                self._turn(process)
                before, now = now, perf_counter()
                self._served += now - before
            if now > deadline:
                break
        if (queue or hungry) and not self._armed:
            self._armed = True
            self._timer.start(self._drain)

    def _turn(self, process: Process) -> None:
        if process.ending:
            process.finish()
            return
        task = process.preempted
        if task is not None:
            process.preempted = None
        elif process.ready:
            task = process.ready.popleft()
        else:
            return
        parked, task.parked = task.parked, None
        if parked is None or task.dead:
            return
        wake, task.wake = task.wake, None
        self.running = task
        parked.switch(wake)
        self.running = None
        if process.ending:
            process.finish()
        elif process.ready or process.preempted is not None:
            self.enqueue(process)

    def close(self) -> None:
        """Stop for good."""
        self._timer.stop()
        self._timer.close()
        self.queue.clear()
        self.hungry.clear()
