"""The only functions by which Lua code gives the processor away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gevent import get_hub
from greenlet import getcurrent

from runtime.lua.calls import get_depth, set_depth
from runtime.lua.errors import fault
from runtime.lua.strands import running_owner
from runtime.process.tasks import ProcessExit, Task

if TYPE_CHECKING:
    from collections.abc import Callable


def wait() -> Any:
    """Park the running task until `Scheduler.ready` wakes it; give the value that it is woken with."""
    task = running_owner()
    if not isinstance(task, Task):
        raise fault("this function waits, and only the code of a process can wait")
    depth = get_depth()
    task.parked = getcurrent()
    value = get_hub().switch()
    set_depth(depth)
    return value


def give_way() -> None:
    """Let others run and go on afterwards."""
    task = running_owner()
    if isinstance(task, Task):
        task.process.node.scheduler.ready(task)
        wait()


def rejoin() -> None:
    """Come back to the scheduler after host code may have waited by gevent's own means.

    gevent resumes the greenlet that waited straight from the event loop; Lua code may only go on when it is the turn of
    its process.
    """
    task = running_owner()
    if not isinstance(task, Task):
        return
    if task.process.ending:
        raise ProcessExit
    scheduler = task.process.node.scheduler
    if scheduler.running is not task:
        if task not in task.process.tasks:
            raise ProcessExit  # the process has been upgraded meanwhile
        scheduler.ready(task)
        wait()


def preempt() -> None:
    """Suspend the running process at once, from the signal handler; its other tasks wait until this one has gone on."""
    task = running_owner()
    if not isinstance(task, Task):
        return
    process = task.process
    scheduler = process.node.scheduler
    if scheduler.running is not task:
        return  # gevent resumed it: it comes back to the scheduler at the end of the blocking function
    if process.ending:
        raise ProcessExit
    depth = get_depth()
    task.parked = getcurrent()
    process.preempted = task
    scheduler.enqueue(process)
    get_hub().switch()
    set_depth(depth)


def run_outside(call: Callable[[], Any]) -> Any:
    """Run a function in gevent's thread pool and wait for it without holding up others; what it raises is raised."""
    value, error = get_hub().threadpool.apply(_caught, (call,))
    if error is not None:
        raise error
    return value


def _caught(call: Callable[[], Any]) -> tuple[Any, Exception | None]:
    """Catch what a function raises, for gevent writes the traceback of an exception in a thread to the terminal."""
    try:
        return call(), None
    except Exception as error:  # noqa: BLE001  (raised again by whoever waits)
        return None, error
