"""Channels between the coroutines of one process (documentation page lua/core/channel; semantics section 3)."""

from collections import deque
from typing import Any

from runtime.binding import method
from runtime.lua.errors import Error, Kind, fault
from runtime.lua.types import LuaValue
from runtime.lua.userdata import Userdata
from runtime.process import traps
from runtime.process.tasks import Task, current_task

UNBOUNDED = -1


class Waiter:
    """A task that waits on one channel or, in a select, on several; whoever fills it first wins."""

    __slots__ = ("done", "task")

    def __init__(self, task: Task | None) -> None:
        if task is None:
            raise fault("a channel can only be waited on in a process")
        self.task = task
        self.done = False

    def wake(self, value: Any) -> None:
        """Let the task go on with a value."""
        self.done = True
        self.task.process.node.scheduler.ready(self.task, value)


class Case(Userdata):
    """One arm of a select: receive from a channel, or send a value to it."""

    __slots__ = ("channel", "sends", "value")
    lua_name = "channel.case"

    def __init__(self, channel: "Channel", *, sends: bool = False, value: LuaValue = None) -> None:
        self.channel = channel
        self.sends = sends
        self.value = value


class Channel(Userdata):
    """A queue of values with room for `capacity` of them; 0 makes sender and receiver meet, UNBOUNDED never holds a sender up.

    `receivers` holds (waiter, case) and `senders` (waiter, case, value), oldest first; the case is None outside a
    select.
    """

    __slots__ = ("buffer", "capacity", "closed", "receivers", "senders")
    lua_name = "channel"

    def __init__(self, capacity: int = 0) -> None:
        self.capacity = capacity
        self.buffer: deque[LuaValue] = deque()
        self.receivers: deque[tuple[Waiter, Case | None]] = deque()
        self.senders: deque[tuple[Waiter, Case | None, LuaValue]] = deque()
        self.closed = False

    # --- what never waits -------------------------------------------------------------------------

    def send_nowait(self, value: LuaValue) -> bool:
        """Hand a value to a waiting receiver or put it in the buffer; False when there is no room or the channel is
        closed.
        """
        if self.closed:
            return False
        receivers = self.receivers
        while receivers:
            waiter, case = receivers.popleft()
            if not waiter.done and not waiter.task.dead:
                waiter.wake((case, value, True))
                return True
        if self.capacity == UNBOUNDED or len(self.buffer) < self.capacity:
            self.buffer.append(value)
            return True
        return False

    def receive_nowait(self) -> tuple[LuaValue, bool] | None:
        """Take a value: (value, True), or (None, False) from a closed channel; None when nothing is there."""
        if self.buffer:
            value = self.buffer.popleft()
            self._refill()
            return value, True
        while self.senders:
            waiter, case, value = self.senders.popleft()
            if not waiter.done and not waiter.task.dead:
                waiter.wake((case, value, True))
                return value, True
        return (None, False) if self.closed else None

    def _refill(self) -> None:
        while self.senders and len(self.buffer) < self.capacity:
            waiter, case, value = self.senders.popleft()
            if not waiter.done and not waiter.task.dead:
                self.buffer.append(value)
                waiter.wake((case, value, True))

    @method
    def close(self) -> None:
        """Close: receivers get what is buffered and then nil and false, waiting senders an error; again without effect."""
        if self.closed:
            return
        self.closed = True
        while self.receivers:
            waiter, case = self.receivers.popleft()
            if not waiter.done:
                waiter.wake((case, None, False))
        while self.senders:
            waiter, case, value = self.senders.popleft()
            if not waiter.done:
                waiter.wake((case, value, False))

    # --- what waits -------------------------------------------------------------------------------

    @method
    def send(self, value: LuaValue = None) -> LuaValue:
        """Send, waiting for room; True, or (None, error) when the channel is closed meanwhile; raise on a closed
        channel.
        """
        if self.closed:
            raise fault("send on closed channel")
        if self.send_nowait(value):
            return True
        self.senders.append((Waiter(current_task()), None, value))
        _, _, ok = traps.wait()
        return True if ok else (None, Error("send on closed channel", Kind.INVALID, retryable=False))

    @method
    def receive(self) -> tuple[LuaValue, bool]:
        """Receive, waiting for a value: (value, True), or (None, False) when the channel is closed and empty."""
        taken = self.receive_nowait()
        if taken is not None:
            return taken
        self.receivers.append((Waiter(current_task()), None))
        _, value, ok = traps.wait()
        return value, ok

    @method
    def case_send(self, value: LuaValue = None) -> Case:
        """Make an arm of a select that sends."""
        return Case(self, sends=True, value=value)

    @method
    def case_receive(self) -> Case:
        """Make an arm of a select that receives."""
        return Case(self)


def select(cases: list[Case], *, default: bool) -> tuple[Case, LuaValue, bool] | None:
    """Carry out the first case that is ready, in order; without one wait for all, or give None where there is a
    default.
    """
    for case in cases:
        channel = case.channel
        if case.sends:
            if channel.closed:
                raise fault("send on closed channel")
            if channel.send_nowait(case.value):
                return case, case.value, True
        else:
            taken = channel.receive_nowait()
            if taken is not None:
                return case, *taken
    if default:
        return None
    waiter = Waiter(current_task())
    for case in cases:
        if case.sends:
            case.channel.senders.append((waiter, case, case.value))
        else:
            case.channel.receivers.append((waiter, case))
    chosen: tuple[Case, LuaValue, bool] = traps.wait()
    _withdraw(waiter, cases)
    if chosen[0].sends and not chosen[2]:
        raise fault("send on closed channel")
    return chosen


def _withdraw(waiter: Waiter, cases: list[Case]) -> None:
    """Take the losing cases of a select out of their channels, so that a channel that is only ever selected on does not
    grow.
    """
    for case in cases:
        queue: deque[Any] = case.channel.senders if case.sends else case.channel.receivers
        for entry in [entry for entry in queue if entry[0] is waiter]:
            queue.remove(entry)
